"""What our own client reads, field by field, in the words of both."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from agent.camera.device import NetworkCamera
from agent.camera.port import CameraError
from agent.second_opinion.compare import CLOCK
from agent.second_opinion.question import MOST_PROFILES, Opinion, text_of


async def read_ours(camera: NetworkCamera) -> Opinion:
    """Ask everything that the other client is asked too; what fails has its reason."""
    found: dict[str, str] = {}
    errors: dict[str, str] = {}

    def keep(name: str, value: object) -> None:
        said = text_of(value)
        if said is not None:
            found[name] = said

    async def information() -> None:
        said = await camera.device_information()
        for name in ("manufacturer", "model", "firmware", "serial", "hardware_id"):
            keep(f"device.{name}", getattr(said, name))

    async def clock() -> None:
        said = await camera.device_clock()
        if said.offset is not None:
            keep(CLOCK, round(said.offset.total_seconds(), 1))
        keep("clock.source", said.source)

    async def network() -> None:
        keep("network.mac", ",".join(sorted(await camera.mac_addresses())))

    async def profiles() -> None:
        for one in (await camera.profiles())[:MOST_PROFILES]:
            place = f"profile.{one.token}"
            keep(f"{place}.video_source", one.video_source)
            keep(f"{place}.codec", one.codec)
            keep(f"{place}.width", one.width_px)
            keep(f"{place}.height", one.height_px)
            keep(f"{place}.fps_limit", one.fps_limit)

    async def imaging() -> None:
        said = await camera.imaging_settings()
        keep("imaging.ir_cut_filter", said.ir_cut_filter)
        for name in ("brightness", "colour_saturation", "contrast", "sharpness"):
            keep(f"imaging.{name}", getattr(said, name))

    async def options() -> None:
        modes = (await camera.imaging_options()).ir_cut_filter_modes
        keep("imaging.ir_cut_modes", ",".join(sorted(modes)))

    async def stream() -> None:
        keep("stream.uri", await camera.stated_address("stream"))

    async def snapshot() -> None:
        keep("snapshot.uri", await camera.stated_address("snapshot"))

    asks: tuple[tuple[str, Callable[[], Awaitable[None]]], ...] = (
        ("GetDeviceInformation", information),
        ("GetSystemDateAndTime", clock),
        ("GetNetworkInterfaces", network),
        ("GetProfiles", profiles),
        ("GetImagingSettings", imaging),
        ("GetOptions", options),
        ("GetStreamUri", stream),
        ("GetSnapshotUri", snapshot),
    )
    for operation, ask in asks:
        try:
            await ask()
        except CameraError as error:
            errors[operation] = str(error)[:200]
    return Opinion(values=found, errors=errors, requests=camera.costs.requests)
