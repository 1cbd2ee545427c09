"""The verb ``preclaim-agent login``: why a login fails, for at most three attempts."""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TextIO

from agent import app, edge, hand_refusals
from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.login_facts import Met, Service
from agent.camera.port import CameraError, Costs, DeviceInformation, LoginKind, Target
from agent.camera.profiles.match import choose, known_issues
from agent.camera.profiles.profile import KnownIssue, Profile
from agent.config import Config, Device
from agent.config_file import load_config
from agent.config_problem import ConfigError
from agent.delivery import keepsake_store, reading_store
from agent.delivery.opening import open_for_reading
from agent.doctor.clues import Recorder
from agent.doctor.examine import Examined, examine
from agent.exit_code import DONE, FOUND, UNUSABLE, explain
from agent.hand_target import read_target
from agent.login_hold import OUTCOME, held_until
from agent.show_login import examined_as_json, print_examined
from agent.sources import read_profiles
from agent.wrong import Both
from shared.device import DeviceFacts

_OUTCOMES = 8  # earlier ones that a hold is worked out from
_OLD_HASH = "md5-hash"  # in the id of a known issue


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What is examined: where, for which recorder, and until when its logins rest."""

    target: Target
    recorder: Recorder
    held_until: datetime | None = None
    facts: DeviceFacts | None = None  # what the agent here knows of the device


def login(arguments: argparse.Namespace, out: TextIO) -> int:
    """Examine one camera; 0 when the login works, 1 when a cause was named or none could be."""
    try:
        case = _case(arguments)
    except ConfigError as error:
        return explain(error, arguments.lang)
    if case is None:
        return UNUSABLE
    examined, costs = asyncio.run(_examine(case))
    clues = examined.clues
    if clues.met(Met.REFUSED) and not clues.met(Met.ACCEPTED) and not clues.met(Met.FORBIDDEN):
        hand_refusals.note(case.target)
    if arguments.json:
        shown = examined_as_json(case.target.address, examined, costs, held_until=case.held_until)
        json.dump(shown, out, ensure_ascii=False, indent=1)
        out.write("\n")
    else:
        print_examined(examined, costs, held_until=case.held_until, lang=arguments.lang, out=out)
    is_well = examined.judgement.first is None and bool(examined.clues.attempts)
    return DONE if is_well and not examined.judgement.settle else FOUND


def _case(arguments: argparse.Namespace) -> _Case | None:
    """The case; None when the command line is wrong, which was then said."""
    config = load_config(Path(arguments.config)) if arguments.config else None
    known = _device_in(config, arguments.address) if arguments.user is None else None
    target = known.target if known else read_target(arguments)
    if target is None:
        return None
    recorder = Recorder(
        login=config.recorder_login if config else LoginKind.NONE,
        speaks=config.recorder_speaks if config else frozenset(),
    )
    if arguments.recorder_login:
        recorder = Recorder(login=LoginKind(arguments.recorder_login), speaks=recorder.speaks)
    device = _device_in(config, arguments.address)
    rests = hand_refusals.rests_until(target, arguments)
    if config is None or device is None:
        return _Case(target=target, recorder=recorder, held_until=rests)
    held, facts = _remembered(config, device)
    held = max((one for one in (held, rests) if one is not None), default=None)
    held = None if arguments.again else held
    return _Case(target=target, recorder=recorder, held_until=held, facts=facts)


def _device_in(config: Config | None, address: str) -> Device | None:
    """The configured device at this address or of this id."""
    devices = config.devices if config else ()
    return next((one for one in devices if address in (one.target.address, one.device_id)), None)


def _remembered(config: Config, device: Device) -> tuple[datetime | None, DeviceFacts | None]:
    """Until when the agent itself leaves this account alone, and who it knows the device to be."""
    try:
        database = open_for_reading(app.data_file(config))
    except sqlite3.Error:
        return None, None  # no agent has run here yet
    db = database.connection
    outcomes = reading_store.earlier(db, device.device_id, OUTCOME, limit=_OUTCOMES)
    facts = keepsake_store.read_facts(db, device.device_id)
    database.close()
    until = held_until(outcomes, retry=config.pace.login_retry)
    return until if until is not None and until > edge.clock() else None, facts


def _issues(profile: Profile | None, firmware: str | None) -> tuple[KnownIssue, ...]:
    return known_issues(profile, firmware) if profile else ()


async def _examine(case: _Case) -> tuple[Examined, Costs]:
    http, decoder = CameraHttp(), Decoder()
    profiles, facts = read_profiles(None), case.facts
    try:
        camera = NetworkCamera(
            case.target, http=http, decoder=decoder, profiles=profiles, clock=edge.clock
        )
        issues = _issues(_fitting(profiles, facts), facts.firmware) if facts else ()
        examined = await examine(
            camera,
            recorder=case.recorder,
            may_log_in=case.target.credentials is not None and case.held_until is None,
            keeps_old_hash=any(_OLD_HASH in issue.id for issue in issues),
        )
        if examined.clues.met(Met.ACCEPTED, Service.ONVIF):
            issues = await _issues_now(camera, issues)
        told = tuple(map(_in_words, issues))
        clues = replace(examined.clues, known_issues=told)
        return replace(examined, clues=clues), camera.costs
    finally:
        await decoder.close()
        await http.close()


def _fitting(profiles: Sequence[Profile], facts: DeviceFacts) -> Profile | None:
    """The profile of a device that said once who it is."""
    said = DeviceInformation(
        manufacturer=facts.manufacturer,
        model=facts.model,
        firmware=facts.firmware,
        serial=None,
        hardware_id=facts.hardware_id,
    )
    return choose(profiles, said).profile


async def _issues_now(
    camera: NetworkCamera, before: tuple[KnownIssue, ...]
) -> tuple[KnownIssue, ...]:
    """Known issues of the firmware that the device says it has."""
    try:
        profile = await camera.firmware_profile()
        information = await camera.device_information()
    except CameraError:
        return before
    return _issues(profile, information.firmware)


def _in_words(issue: KnownIssue) -> Both:
    return Both(f"{issue.cause} {issue.action}", f"{issue.cause_zh} {issue.action_zh}")
