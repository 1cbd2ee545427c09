"""What the tests of this folder share: a clock, an HTTP client, a camera on any address."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest

from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.port import Credentials, Target
from agent.camera.profiles.profile import Profile
from tests.agent.camera.fake_device import PASSWORD, USER

CameraMaker = Callable[..., NetworkCamera]


def utc_now() -> datetime:
    """The real clock: fakes check time stamps against theirs."""
    return datetime.now(UTC)


@pytest.fixture
async def make_camera() -> AsyncIterator[CameraMaker]:
    """Builds cameras that share one client and one decoder."""
    http, decoder = CameraHttp(), Decoder()

    def make(
        address: str,
        *,
        user: str | None = USER,
        password: str = PASSWORD,
        profiles: tuple[Profile, ...] = (),
        allow_events: bool = False,
        deadline_s: float | None = None,
    ) -> NetworkCamera:
        credentials = Credentials(user=user, password=password) if user else None
        target = Target(address=address, credentials=credentials, allow_events=allow_events)
        camera = NetworkCamera(target, http=http, decoder=decoder, profiles=profiles, clock=utc_now)
        if deadline_s is not None:
            camera._door.deadline_s = deadline_s
        return camera

    yield make
    await http.close()
    await decoder.close()
