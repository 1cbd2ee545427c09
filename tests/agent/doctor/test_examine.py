"""The login doctor at simulated cameras: each cause by its name, three tries at most."""

from __future__ import annotations

import dataclasses
import io
import itertools
import json

import pytest

pytest.importorskip("simulator.camera", reason="the simulator is not here")

from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.port import Credentials, LoginKind, Target
from agent.doctor.clues import Recorder
from agent.doctor.diagnosis import Certainty, Outcome
from agent.doctor.examine import examine
from agent.doctor.plan import MOST_ATTEMPTS
from agent.show_login import examined_as_json, print_examined
from benchmarks.login_cases import (
    BESIDE,
    CASES,
    SPECIAL_PASSWORD,
    LoginCase,
    examine_simulated,
    named,
    now,
)
from simulator.camera import SimulatedCamera
from simulator.faults import Fault
from simulator.spec import CameraSpec


def _id(case: LoginCase) -> str:
    return case.fault.value if case.fault else "well"


@pytest.mark.parametrize("case", [*CASES, *BESIDE], ids=_id)
async def test_each_cause_is_named_for_three_logins_at_most(case: LoginCase) -> None:
    """The cause comes first, and neither the agent nor the camera counts more than three logins."""
    examined, refused = await examine_simulated(case)

    assert named(examined) is case.cause
    assert max(examined.attempts, refused) <= MOST_ATTEMPTS


@pytest.mark.parametrize(
    "pair", list(itertools.combinations([c.fault for c in CASES if c.fault], 2)), ids=str
)
async def test_two_failures_at_once_cost_no_more(pair: tuple[Fault, Fault]) -> None:
    """Whatever goes wrong together, three logins are the most, and the account is not locked."""
    spec = CameraSpec(serial="SN-2401-0001", password=SPECIAL_PASSWORD, width=64, height=64)
    async with SimulatedCamera(spec) as simulated:
        for fault in pair:
            simulated.inject(fault)
        await simulated.settle()
        examined, camera = await _examine(simulated, SPECIAL_PASSWORD)

    assert examined.attempts <= MOST_ATTEMPTS
    assert simulated.requests.logins_refused.total() <= MOST_ATTEMPTS
    assert camera.costs.writes == 0


async def _examine(simulated: SimulatedCamera, password: str, **options: bool):  # type: ignore[no-untyped-def]
    target = Target(
        address=simulated.address,
        credentials=Credentials(user="admin", password=password),
        rtsp_port=simulated.rtsp_port,
    )
    http, decoder = CameraHttp(), Decoder()
    camera = NetworkCamera(target, http=http, decoder=decoder, profiles=(), clock=now)
    try:
        return await examine(camera, recorder=Recorder(login=LoginKind.WSSE), **options), camera
    finally:
        await decoder.close()
        await http.close()


async def test_a_login_that_rests_is_left_alone() -> None:
    """While the agent's logins rest, the doctor asks what is free and spends none."""
    spec = CameraSpec(serial="SN-2401-0001", password="Sim-Pass-1", width=64, height=64)
    async with SimulatedCamera(spec) as simulated:
        simulated.inject("wrong_password")
        examined, _ = await _examine(simulated, "Sim-Pass-1", may_log_in=False)

        assert examined.attempts == 0
        assert simulated.requests.logins_refused.total() == 0
    assert examined.judgement.outcome is Outcome.UNTOLD
    assert examined.judgement.settle


async def test_a_lock_is_named_with_what_is_left_of_it() -> None:
    """The first sign of a lock ends the examination, and its remaining time is in the remedy."""
    (case,) = [one for one in CASES if one.fault is Fault.LOCKED_OUT]
    examined, refused = await examine_simulated(case)
    first = examined.judgement.first

    assert (examined.attempts, refused) == (1, 1)
    assert first is not None
    assert "1800 s" in first.to_do.en
    assert "1800 秒" in first.to_do.zh


async def test_the_password_is_in_nothing_that_is_shown() -> None:
    """Neither text nor JSON nor transcript nor clues hold the password or its length."""
    (case,) = [one for one in CASES if one.fault is Fault.PASSWORD_CHARACTERS]
    spec = CameraSpec(serial="SN-2401-0001", password=case.password, width=64, height=64)
    async with SimulatedCamera(spec) as simulated:
        simulated.inject(Fault.PASSWORD_CHARACTERS)
        examined, camera = await _examine(simulated, case.password)
    shown = io.StringIO()
    for lang in ("en", "zh"):
        print_examined(examined, camera.costs, held_until=None, lang=lang, out=shown)
    as_json = examined_as_json("a", examined, camera.costs, held_until=None)
    told = shown.getvalue() + json.dumps(as_json) + repr(examined)
    replies = b"".join(one.reply + one.detail.encode() for one in camera.exchanges)

    assert case.password not in told
    assert case.password.encode() not in replies
    assert not any(
        type(value) is int for value in dataclasses.asdict(examined.clues.password).values()
    )


async def test_only_its_own_ports_are_tried_on_loopback() -> None:
    """Other ports of this machine are other programs: the doctor knocks at the device's two."""
    (case,) = [one for one in CASES if one.fault is Fault.ONVIF_OFF]
    examined, _ = await examine_simulated(case)
    knocked = examined.clues.knocked

    assert knocked is not None
    assert set(knocked.ports) == {knocked.onvif_port, knocked.rtsp_port}


async def test_a_closed_onvif_port_beside_a_stream_is_onvif_switched_off() -> None:
    """Nothing listens where ONVIF should, RTSP does: the device lives and its ONVIF is off."""
    spec = CameraSpec(serial="SN-2401-0001", password="Sim-Pass-1", width=64, height=64)
    async with SimulatedCamera(spec) as simulated, SimulatedCamera(spec) as dark:
        dark.inject("refuses_tcp")
        await dark.settle()
        target = Target(
            address=dark.address,
            credentials=Credentials(user="admin", password="Sim-Pass-1"),
            rtsp_port=simulated.rtsp_port,
        )
        http, decoder = CameraHttp(), Decoder()
        camera = NetworkCamera(target, http=http, decoder=decoder, profiles=(), clock=now)
        examined = await examine(camera, recorder=Recorder())
        await decoder.close()
        await http.close()

    first = examined.judgement.first
    assert first is not None
    assert (first.cause.value, first.certainty) == ("onvif_off", Certainty.PROVEN)
    assert examined.attempts == 0
