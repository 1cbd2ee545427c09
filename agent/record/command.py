"""``preclaim-agent profile record`` and ``profile try --recording``."""

from __future__ import annotations

import argparse
import errno
import os
from pathlib import Path
from typing import TextIO

from agent.camera.device import NetworkCamera
from agent.camera.port import Costs, Target
from agent.camera.profiles.profile import Profile
from agent.exit_code import DONE, FOUND, UNUSABLE, complain
from agent.record import device_recording
from agent.record.device_recording import DeviceRecording, RecordingError
from agent.record.take import LeakError, take
from agent.record.words import KINDS, say
from agent.show_profile import print_trial, trial_as_json

_NO_COSTS = Costs(requests=0, bytes_sent=0, bytes_received=0, login_attempts=0, writes=0)


def is_free(path: Path, lang: str) -> bool:
    """Whether the file may be written; says why not. Asked before the device is."""
    if path.exists():
        complain(say("exists", lang, path=path))
        return False
    if not os.access(path.parent, os.W_OK | os.X_OK):
        why = os.strerror(errno.EACCES if path.parent.is_dir() else errno.ENOENT)
        complain(say("unwritable", lang, path=path, why=why))
        return False
    return True


async def record(
    camera: NetworkCamera,
    target: Target,
    path: Path,
    *,
    with_onvif: bool,
    lang: str,
    out: TextIO,
) -> int:
    """Take a recording and write it; the exit code. CameraError as ``take``."""
    try:
        taken = await take(camera, target, with_onvif=with_onvif)
        device_recording.write(taken, path)
    except LeakError as error:
        complain(say("leak", lang, why=error))
        return FOUND
    except FileExistsError:
        complain(say("exists", lang, path=path))
        return UNUSABLE
    except OSError as error:
        complain(say("unwritable", lang, path=path, why=error.strerror))
        return FOUND
    _tell(taken, path, lang, out)
    return DONE


def _tell(taken: DeviceRecording, path: Path, lang: str, out: TextIO) -> None:
    counted = {"answers": len(taken.answers), "onvif": len(taken.onvif)}
    print(say("written", lang, path=path, profile=taken.profile, **counted), file=out)
    for kind, count in taken.masked.items():
        print(say("masked", lang, count=count, kind=KINDS[kind].text(lang)), file=out)
    if not taken.masked:
        print(say("nothing masked", lang), file=out)
    empty = [
        answer.name
        for answer in (*taken.answers, *taken.onvif)
        if answer.outcome == device_recording.OK and not answer.body and not answer.registers
    ]
    if empty:
        print(say("left out", lang, names=", ".join(empty)), file=out)
    print(say("look", lang, profile=taken.profile, path=path), file=out)


def replay(found: Profile, arguments: argparse.Namespace, out: TextIO) -> tuple[int, object]:
    """Show what a profile reads in a recording: the exit code, and what to write as JSON."""
    lang = arguments.lang
    if bool(arguments.address) == bool(arguments.recording):
        complain(say("address or recording", lang))
        return UNUSABLE, None
    path = Path(arguments.recording)
    try:
        taken = device_recording.read(path)
    except (OSError, RecordingError) as error:
        complain(say("no recording", lang, why=error))
        return UNUSABLE, None
    if taken.profile != found.id:
        complain(say("other profile", lang, recorded=taken.profile, profile=found.id))
    values = device_recording.replay(found, taken)
    code = DONE if any(value.quality == "good" for value in values.values()) else FOUND
    if arguments.json:
        return code, trial_as_json(found, values, _NO_COSTS)
    print_trial(found, values, _NO_COSTS, lang, out)
    return code, None
