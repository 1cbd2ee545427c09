"""A ready-made scenario for people who have no scenario file yet."""

from __future__ import annotations

from simulator.scenario import DEFAULT_CONTROL_PORT, Device, Scenario, Site
from simulator.spec import ALL_LOGINS, CameraSpec, Kind

PER_SITE = 4
MAX_CAMERAS = 512
_MODELS = {
    Kind.SOLAR_4G: "SC-4G-20",
    Kind.WIFI: "WF-300",
    Kind.DOORBELL: "DB-100",
    Kind.NVR_KIT_CAMERA: "NK-800",
}
_LOGINS = (ALL_LOGINS, ("digest-md5", "digest-sha256"), ("wsse",))


def make(
    count: int, *, password: str, control_port: int = DEFAULT_CONTROL_PORT, scenes: int = 4
) -> Scenario:
    """``count`` healthy cameras of all kinds, logins and codecs; ``scenes`` different pictures.

    Cameras of one scene and codec share one encoded loop, so that a large fleet starts quickly.
    """
    cameras = [_camera(number, password=password, scenes=scenes) for number in range(1, count + 1)]
    sites = tuple(
        Site(
            id=f"site-{first // PER_SITE + 1}",
            name=f"Site {first // PER_SITE + 1}",
            devices=tuple(cameras[first : first + PER_SITE]),
        )
        for first in range(0, count, PER_SITE)
    )
    return Scenario(sites=sites, control_port=control_port)


def _camera(number: int, *, password: str, scenes: int) -> Device:
    kind = list(_MODELS)[(number - 1) % len(_MODELS)]
    return Device(
        spec=CameraSpec(
            serial=f"SIM-{number:04d}",
            kind=kind,
            model=_MODELS[kind],
            mac=f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}",
            password=password,
            logins=_LOGINS[(number - 1) % len(_LOGINS)],
            codec="h265" if number % 4 == 0 else "h264",
            scene_seed=(number - 1) % scenes + 1,
        )
    )
