"""What the agent touches outside itself: clocks, cameras over the network, and this host."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from agent.apart import Apart
from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.port import Camera, Picture
from agent.camera.profiles.profile import Profile
from agent.config import Config, Device
from agent.gateway import DeviceKind
from agent.host import ReadHost
from agent.probes.host import DEADLINE_S, USEFUL_S, HostPaths, read_host
from shared.reading import Reading


def clock() -> datetime:
    """The wall clock; the only place where the agent reads it."""
    return datetime.now(UTC)


def steady_s() -> float:
    """Seconds that nobody sets and that count on while the host sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Decode(Protocol):
    """``Decoder.decode``."""

    async def __call__(
        self,
        key_frame: bytes,
        *,
        codec: str,
        previous: bytes | None,
        taken_at: datetime,
        references: Mapping[str, bytes],
    ) -> Picture:
        """Decode one picture; CameraError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What the agent touches outside itself; a test puts its own in place."""

    camera_for: Callable[[Device], Camera]
    read_host: ReadHost
    close: Callable[[], Awaitable[None]]
    clock: Callable[[], datetime] = clock
    steady_s: Callable[[], float] = steady_s
    profiles: Sequence[Profile] = ()
    decode: Decode | None = None  # pictures that nobody asked a camera for
    root: Path | None = None  # of the host that reports on itself; None: nobody looks at it


def network_edge(config: Config, profiles: Sequence[Profile]) -> Edge:
    """Real cameras over the network, and this host."""
    waits = config.uplink == "metered" or config.plan.is_limited
    http, decoder = CameraHttp(), Decoder(thumbnails=waits)

    def camera_for(device: Device) -> Camera:
        named = [profile for profile in profiles if profile.id == device.profile]
        kind = NetworkCamera
        if device.kind is DeviceKind.GATEWAY:
            from agent.camera.gateway import NetworkGateway as kind  # noqa: PLC0415  # rare
        return kind(
            device.target,
            http=http,
            decoder=decoder,
            profiles=named or profiles,
            clock=clock,
            named_profile=bool(named),
        )

    async def close() -> None:
        await decoder.close()
        await http.close()

    return Edge(
        camera_for=camera_for,
        read_host=host_reader(config),
        close=close,
        profiles=profiles,
        decode=decoder.decode,
        root=Path("/"),
    )


def host_reader(config: Config) -> ReadHost:
    """Reads this host: the data folder's disk, and the recordings when a folder is named.

    Where channels are named, their own ledgers tell of age and gaps: nothing is counted twice.
    """
    folder, channels = config.recording_dir, config.recorder.channels
    recorded = [*([] if folder is None else [folder]), *{one.folder: None for one in channels}]
    overwrites = config.recorder.overwrite
    paths = HostPaths(
        disks=[config.data_dir, *([] if overwrites else recorded)],
        recordings=None if channels else folder,
        overwritten=recorded if overwrites else (),
        # One that is not there yet is told of its channel, and must not hide the other disks.
        may_be_absent=frozenset(one.folder for one in channels),
    )
    apart = Apart(deadline_s=DEADLINE_S, useful_s=USEFUL_S)

    async def read(now: datetime) -> tuple[Reading, ...]:
        return await read_host(paths, now, apart=apart)

    return read
