"""The file of a recording: what a device answered, masked; and what a profile reads in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from agent.camera.port import Cause, VendorValue
from agent.camera.profiles.documents import UnreadableError, parse
from agent.camera.profiles.profile import Metric, Profile, Source
from agent.camera.profiles.steps import extract

VERSION: Final = 1
OK: Final = "ok"
_CAP_BYTES: Final = 8 * 1024 * 1024


class RecordingError(Exception):
    """The file is no recording that this version reads; the text says why."""


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One question and what came of it."""

    name: str  # of the source of the profile, or of the ONVIF operation
    outcome: str  # "ok", else the value of a ``Cause``
    detail: str = ""
    body: str = ""  # '' also where the answer could not be masked
    registers: dict[str, int] = {}  # by address, where the answer is registers


class DeviceRecording(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything of one device; nothing in it names its owner, its place or its SIM."""

    preclaim_recording: int
    profile: str
    profile_hash: str
    answers: tuple[Answer, ...] = ()
    onvif: tuple[Answer, ...] = ()
    masked: dict[str, int] = {}  # how many values of each kind


def encode(recording: DeviceRecording) -> str:
    """The text of the file."""
    return msgspec.json.format(msgspec.json.encode(recording), indent=1).decode()


def write(recording: DeviceRecording, path: Path) -> None:
    """Write a new file for its owner alone; FileExistsError when there is one already."""
    with path.open("x", encoding="utf-8") as file:
        path.chmod(0o600)
        file.write(encode(recording) + "\n")


def read(path: Path) -> DeviceRecording:
    """Read a file; OSError, or RecordingError when it is none."""
    if path.stat().st_size > _CAP_BYTES:
        raise RecordingError(f"{path.name} is larger than any recording")
    try:
        found = msgspec.json.decode(path.read_bytes(), type=DeviceRecording)
    except msgspec.DecodeError as error:
        raise RecordingError(f"{path.name} is no recording: {error}") from error
    if found.preclaim_recording != VERSION:
        raise RecordingError(f"{path.name} is of another version ({found.preclaim_recording})")
    return found


def replay(profile: Profile, recording: DeviceRecording) -> Mapping[str, VendorValue]:
    """Every metric of the recorded sources, as a reading of the device gave it."""
    answers = {answer.name: answer for answer in recording.answers}
    values: dict[str, VendorValue] = {}
    for source in profile.sources.values():
        answer = answers.get(source.name)
        metrics = [one for one in profile.metrics if one.source == source.name and not one.is_gate]
        if answer is not None:
            values.update({one.name: _value(one, source, answer) for one in metrics})
    return values


def _value(metric: Metric, source: Source, answer: Answer) -> VendorValue:
    if answer.outcome == Cause.VENDOR_UNSUPPORTED.value:
        return VendorValue(value=None, quality="unsupported", raw="", unit=metric.unit)
    if answer.outcome != OK:
        return _failed(metric, answer.outcome, answer.detail)
    registers = {int(address): value for address, value in answer.registers.items()}
    try:
        document = parse(answer.body.encode(), source.format, registers)
    except UnreadableError as error:
        return _failed(metric, Cause.VENDOR_UNPARSABLE.value, str(error))
    return extract(metric, document, source.format)


def _failed(metric: Metric, cause: str, detail: str) -> VendorValue:
    return VendorValue(
        value=None, quality="failed", raw="", unit=metric.unit, cause=cause, detail=detail
    )
