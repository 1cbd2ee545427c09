"""The login failures of the field as the simulator makes them, with the cause of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.port import Credentials, LoginKind, Target
from agent.doctor.cause import LoginCause
from agent.doctor.clues import Recorder
from agent.doctor.examine import Examined, examine
from simulator.camera import SimulatedCamera
from simulator.faults import Fault
from simulator.spec import CameraSpec

PASSWORD: Final = "Sim-Pass-1"
SPECIAL_PASSWORD: Final = "Sim#Pass 1!"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginCase:
    """One failure: the simulator's fault, the recorder beside it, the cause to be named."""

    fault: Fault | None
    cause: LoginCause | None  # None: nothing is wrong
    recorder: LoginKind = LoginKind.WSSE
    password: str = PASSWORD


CASES: Final = (
    LoginCase(fault=Fault.CLOCK_OFF_DAY, cause=LoginCause.CLOCK_SKEW),
    LoginCase(fault=Fault.CLOCK_OFF_HOUR, cause=LoginCause.DST_ERROR),
    LoginCase(fault=Fault.LOGIN_WSSE_REFUSED, cause=LoginCause.WSSE_REFUSED),
    LoginCase(
        fault=Fault.LOGIN_SHA256_ONLY,
        cause=LoginCause.SHA256_ONLY,
        recorder=LoginKind.DIGEST_MD5,
    ),
    LoginCase(fault=Fault.LOGIN_DIGEST_CONFUSED, cause=LoginCause.DIGEST_CONFUSION),
    LoginCase(fault=Fault.LOGIN_NO_ALGORITHM, cause=LoginCause.ALGORITHM_MISSING),
    LoginCase(fault=Fault.ONVIF_OFF, cause=LoginCause.ONVIF_OFF),
    LoginCase(fault=Fault.ONVIF_ACCOUNT, cause=LoginCause.ONVIF_ACCOUNT),
    LoginCase(fault=Fault.USER_LEVEL, cause=LoginCause.USER_LEVEL),
    LoginCase(
        fault=Fault.PASSWORD_CHARACTERS,
        cause=LoginCause.PASSWORD_CHARACTERS,
        password=SPECIAL_PASSWORD,
    ),
    LoginCase(fault=Fault.RTSP_PATH_CHANGED, cause=LoginCause.PATH_CHANGED),
    LoginCase(fault=Fault.LOCKED_OUT, cause=LoginCause.LOCKED_OUT),
    LoginCase(fault=Fault.HTTPS_ONLY, cause=LoginCause.HTTPS_ONLY),
)
"""The thirteen; a wrong password and a camera that is well are told beside them."""
BESIDE: Final = (
    LoginCase(fault=Fault.WRONG_PASSWORD, cause=LoginCause.WRONG_PASSWORD),
    LoginCase(fault=None, cause=None),
)


def now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


async def examine_simulated(case: LoginCase) -> tuple[Examined, int]:
    """Examine a camera that fails so; what was found, and the logins that the camera counted."""
    spec = CameraSpec(serial="SN-2401-0001", password=case.password, width=320, height=192, gop=10)
    async with SimulatedCamera(spec) as simulated:
        if case.fault is not None:
            simulated.inject(case.fault)
        await simulated.settle()
        target = Target(
            address=simulated.address,
            credentials=Credentials(user=spec.user, password=case.password),
            rtsp_port=simulated.rtsp_port,
        )
        http, decoder = CameraHttp(), Decoder()
        try:
            camera = NetworkCamera(target, http=http, decoder=decoder, profiles=(), clock=now)
            examined = await examine(camera, recorder=Recorder(login=case.recorder))
        finally:
            await decoder.close()
            await http.close()
        refused = simulated.requests.logins_refused.total()
    return examined, refused


def named(examined: Examined) -> LoginCause | None:
    """The cause that a person reads first; None when the login is called well and nothing else."""
    diagnoses = examined.judgement.diagnoses
    return diagnoses[0].cause if diagnoses else None
