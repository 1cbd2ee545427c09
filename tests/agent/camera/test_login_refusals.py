"""What a wrong password costs, by the camera's own count: two refused logins a pass at most."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("simulator.camera", reason="the simulator is not here")

from agent.camera.device import NetworkCamera
from agent.camera.port import CameraError, Cause
from agent.camera.profiles.profile_file import load_profiles
from simulator.camera import CameraSpec, SimulatedCamera
from simulator.spec import Kind
from tests.agent.camera.conftest import CameraMaker

USER, PASSWORD = "admin", "sim-pa55"
PROFILES = load_profiles()
QUESTIONS = (
    "device_information",
    "mac_addresses",
    "profiles",
    "snapshot",
    "imaging_settings",
    "vendor_values",
    "watch_stream",
    "imaging_options",
    "snapshot",
    "system_log",
    "watch_stream",
)
KINDS = (
    ("wsse", "digest-md5", "digest-sha256"),
    ("wsse", "digest-sha256"),
    ("digest-sha256",),
    ("digest-md5",),
    ("wsse",),
)


def spec(logins: tuple[str, ...], **changes: Any) -> CameraSpec:
    """A solar 4G camera with these logins."""
    known: dict[str, Any] = {
        "serial": "SN-2401-0001",
        "kind": Kind.SOLAR_4G,
        "user": USER,
        "password": PASSWORD,
        "logins": logins,
    }
    return CameraSpec(**(known | changes))


async def ask(camera: NetworkCamera, question: str) -> Cause | None:
    """Put one question; the cause when it failed."""
    try:
        if question == "watch_stream":
            await camera.watch_stream(seconds=0.1)
        else:
            await getattr(camera, question)()
    except CameraError as error:
        return error.cause
    return None


@pytest.mark.parametrize("logins", KINDS)
@pytest.mark.parametrize("changed_before", range(0, len(QUESTIONS), 2))
async def test_a_password_changed_in_the_middle_of_a_pass_costs_two_refusals(
    make_camera: CameraMaker, logins: tuple[str, ...], changed_before: int
) -> None:
    """Whenever the password changes, the camera counts at most two refused logins that pass."""
    async with SimulatedCamera(spec(logins)) as sim:
        first = make_camera(sim.address, user=USER, password=PASSWORD, profiles=PROFILES)
        for question in QUESTIONS[:2]:
            await ask(first, question)  # the kind of login is known from now on
        camera = make_camera(sim.address, user=USER, password=PASSWORD, profiles=PROFILES)
        before = sim.requests.logins_refused.total()
        for number, question in enumerate(QUESTIONS):
            if number == changed_before:
                sim.inject("wrong_password")
            await ask(camera, question)
        last = await ask(camera, "device_information")
        refused = sim.requests.logins_refused.total() - before

    assert 1 <= refused <= 2
    assert camera.logins_shut
    assert camera.costs.login_attempts >= refused
    assert last is Cause.LOGIN_REFUSED


@pytest.mark.parametrize("logins", KINDS)
async def test_a_right_password_is_never_refused_after_the_first_contact(
    make_camera: CameraMaker, logins: tuple[str, ...]
) -> None:
    """With the right password the second pass sees no refusal, and every question is answered."""
    async with SimulatedCamera(spec(logins)) as sim:
        for _ in range(2):
            camera = make_camera(sim.address, user=USER, password=PASSWORD, profiles=PROFILES)
            before = sim.requests.logins_refused.total()
            causes = [await ask(camera, question) for question in QUESTIONS]
            refused = sim.requests.logins_refused.total() - before

    assert causes == [None] * len(QUESTIONS)
    assert (refused, camera.logins_shut) == (0, False)
