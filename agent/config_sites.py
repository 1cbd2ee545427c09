"""Where an agent's cameras are: the agent's own place, and the further sites of a hub."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.config_table import Table
from agent.sun import Site

_LONGEST_NAME: Final = 64


def read_sites(root: Table, agent: Table) -> dict[str, Site | None]:
    """Places by name, '' for the agent's own; None where no coordinates are written."""
    sites = {"": _place(agent)}
    for table in root.tables("sites"):
        name = table.text("name")
        if len(name) > _LONGEST_NAME:
            table.complain("name", "too_long", count=len(name), limit=_LONGEST_NAME)
        elif name and name in sites:
            table.complain("name", "site_twice", found=name)
        place = _place(table)
        if name:
            sites.setdefault(name, place)
        table.finish()
    return sites


def read_site_name(table: Table, sites: Mapping[str, Site | None]) -> str:
    """The site of a device, by a name of [[sites]]; '' for the agent's own."""
    name = table.text("site", "")
    if name not in sites:
        known = ", ".join(one for one in sites if one) or "-"
        table.complain("site", "unknown_site", found=name, known=known)
    return name


def _place(table: Table) -> Site | None:
    """Coordinates in degrees; both or neither."""
    latitude = table.number("latitude", 0.0, low=-90, high=90)
    longitude = table.number("longitude", 0.0, low=-180, high=180)
    has_latitude, has_longitude = table.has("latitude"), table.has("longitude")
    if has_latitude != has_longitude:
        table.complain("longitude" if has_latitude else "latitude", "half_a_place")
    if not has_latitude or not has_longitude:
        return None
    return Site(latitude_deg=latitude, longitude_deg=longitude)
