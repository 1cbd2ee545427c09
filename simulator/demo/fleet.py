"""The demo's cast as a scenario file of the simulator."""

from __future__ import annotations

from simulator.demo.cast import SITE_NAMES, Cast, Role
from simulator.demo.files import Folder, quote


def write_fleet(
    folder: Folder,
    cast: Cast,
    *,
    control_port: int,
    width: int = 640,
    height: int = 360,
    views: int = 10_000,
) -> None:
    """Write sites and cameras; passwords come from the demo's secret file.

    ``views``: how many different scenes they look at; equal ones are encoded once.
    """
    text = f"""\
[fleet]
control_port = {control_port}
password_file = {quote(folder.password)}

[defaults]
manufacturer = "Camhi Example"
width = {width}
height = {height}
fps = 5
gop = 5
"""
    for site in cast.sites:
        text += f"\n[[sites]]\nid = {quote(site)}\nname = {quote(SITE_NAMES.get(site, site))}\n"
        for number, role in enumerate(cast.at(site), start=1):
            text += _camera(role, seed=number % views)
    folder.fleet.write_text(text, encoding="utf-8")


def _camera(role: Role, *, seed: int) -> str:
    faults = f"[{quote(role.fault)}]" if role.fault and role.from_start else "[]"
    return f"""
[[sites.cameras]]
serial = {quote(role.onvif_serial)}
kind = {quote(role.kind)}
model = {quote(role.model)}
firmware = {quote(role.firmware)}
mac = {quote(role.mac)}
scene_seed = {seed}
faults = {faults}
"""
