"""Taking a recording: what the profile asks and the ONVIF basics, once; masked, then kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from agent.camera.device import NetworkCamera
from agent.camera.port import CameraError, Cause, Exchange, Target
from agent.camera.profiles.dvrip.frame import hash_password
from agent.camera.profiles.profile import Profile
from agent.camera.profiles.transport import Fetched
from agent.camera.profiles.transports.local import ADDRESS
from agent.record.device_recording import OK, VERSION, Answer, DeviceRecording, encode
from agent.record.fields import Private
from agent.record.mask import Masker

_LOGIN: Final = frozenset({Cause.LOGIN_REFUSED, Cause.LOGIN_LOCKED, Cause.LOGIN_NO_CREDENTIALS})
_ONVIF: Final = "onvif"


class LeakError(Exception):
    """Something private was left after masking: the recording must not be written."""


@dataclass(slots=True)
class _Heard:
    """What the sources of a profile answered, in their order; the last answer of each."""

    answers: dict[str, Answer] = field(default_factory=dict)

    def note(self, name: str, heard: Fetched | CameraError) -> None:
        if isinstance(heard, CameraError):
            self.answers[name] = Answer(
                name=name, outcome=heard.cause.value, detail=heard.detail, body=_text(heard.raw)
            )
            return
        registers = {str(key): value for key, value in (heard.registers or {}).items()}
        body = "" if registers else _text(heard.body)
        self.answers[name] = Answer(
            name=name, outcome=OK, detail=heard.detail, body=body, registers=registers
        )


async def take(camera: NetworkCamera, target: Target, *, with_onvif: bool) -> DeviceRecording:
    """Ask a device once, and mask what it answered.

    Raises CameraError when there is nothing to record: no profile fits, or the login is refused.
    LeakError when a value that was masked somewhere is still readable somewhere else.
    """
    heard = _Heard()
    camera.listener = heard.note
    if with_onvif:
        for question in (camera.device_clock, camera.device_information, camera.profiles):
            await _try(question)
    profile = await camera.firmware_profile()
    if profile is None:
        raise CameraError(
            Cause.VENDOR_UNSUPPORTED, "no firmware profile fits: name one with --profile"
        )
    await _try(camera.vendor_values)
    onvif = [_of(exchange) for exchange in camera.exchanges if exchange.kind == _ONVIF]
    return _masked(profile, target, list(heard.answers.values()), onvif)


async def _try(question: Callable[[], Awaitable[object]]) -> None:
    """Ask; a failure is a part of the recording, but a refused login ends it."""
    try:
        await question()
    except CameraError as error:
        if error.cause in _LOGIN:
            raise


def _of(exchange: Exchange) -> Answer:
    return Answer(
        name=exchange.request,
        outcome=exchange.outcome,
        detail=exchange.detail,
        body=_text(exchange.reply),
    )


def _text(content: bytes) -> str:
    """The text; '' for bytes that are none, for nobody could mask them."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return ""


def _masked(
    profile: Profile, target: Target, answers: list[Answer], onvif: list[Answer]
) -> DeviceRecording:
    masker = Masker(_known(target))
    if target.address != ADDRESS:
        masker.names.replace(Private.ADDRESS, target.address.partition(":")[0])
    for _ in range(2):  # the second pass finds what a later answer has given away
        answers = [_mask(answer, masker) for answer in answers]
        onvif = [_mask(answer, masker) for answer in onvif]
    counts = {kind.value: count for kind, count in masker.names.counts.items()}
    recording = DeviceRecording(
        preclaim_recording=VERSION,
        profile=profile.id,
        profile_hash=profile.hash,
        answers=tuple(answers),
        onvif=tuple(onvif),
        masked=dict(sorted(counts.items())),
    )
    _refuse_leaks(recording, masker)
    return recording


def _known(target: Target) -> tuple[str, ...]:
    credentials = target.credentials
    if credentials is None or not credentials.password:
        return ()
    return credentials.password, hash_password(credentials.password)


def _mask(answer: Answer, masker: Masker) -> Answer:
    return Answer(
        name=answer.name,
        outcome=answer.outcome,
        detail=masker.names.replace_everywhere(answer.detail),
        body=masker.mask(answer.body),
        registers=answer.registers,
    )


def _refuse_leaks(recording: DeviceRecording, masker: Masker) -> None:
    """Look through the text that would be written, whatever the masking believes it did."""
    text = encode(recording).casefold()
    left = [one for one in masker.names.originals() if one.casefold() in text]
    if left:
        raise LeakError(f"{len(left)} private values are still in the recording")
