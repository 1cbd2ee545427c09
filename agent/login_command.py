"""The verb ``preclaim-agent login``: why a login fails, for at most three attempts."""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from agent import app, edge
from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.port import Costs, LoginKind, Target
from agent.config import Config
from agent.config_file import load_config
from agent.config_problem import ConfigError
from agent.delivery import reading_store
from agent.delivery.opening import open_for_reading
from agent.doctor.clues import Recorder
from agent.doctor.examine import Examined, examine
from agent.exit_code import DONE, FOUND, UNUSABLE, explain
from agent.hand_target import read_target
from agent.login_hold import OUTCOME, held_until
from agent.show_login import examined_as_json, print_examined

_OUTCOMES = 8  # earlier ones that a hold is worked out from


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What is examined: where, for which recorder, and until when its logins rest."""

    target: Target
    recorder: Recorder
    held_until: datetime | None = None


def login(arguments: argparse.Namespace, out: TextIO) -> int:
    """Examine one camera; 0 when the login works, 1 when a cause was named or none could be."""
    try:
        case = _case(arguments)
    except ConfigError as error:
        return explain(error, arguments.lang)
    if case is None:
        return UNUSABLE
    examined, costs = asyncio.run(_examine(case))
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
    target = _target_in(config, arguments.address) if arguments.user is None else None
    target = target or read_target(arguments)
    if target is None:
        return None
    recorder = Recorder(
        login=config.recorder_login if config else LoginKind.NONE,
        speaks=config.recorder_speaks if config else frozenset(),
    )
    if arguments.recorder_login:
        recorder = Recorder(login=LoginKind(arguments.recorder_login), speaks=recorder.speaks)
    return _Case(
        target=target,
        recorder=recorder,
        held_until=_rest(config, arguments.address) if config else None,
    )


def _target_in(config: Config | None, address: str) -> Target | None:
    """The configured device at this address or of this id."""
    if config is None:
        return None
    return next(
        (one.target for one in config.devices if address in (one.target.address, one.device_id)),
        None,
    )


def _rest(config: Config, address: str) -> datetime | None:
    """Until when the agent itself leaves this account alone; None when nothing holds."""
    device = next(
        (one for one in config.devices if address in (one.target.address, one.device_id)), None
    )
    if device is None:
        return None
    try:
        database = open_for_reading(app.data_file(config))
    except sqlite3.Error:
        return None  # no agent has run here yet
    outcomes = reading_store.earlier(
        database.connection, device.device_id, OUTCOME, limit=_OUTCOMES
    )
    database.close()
    until = held_until(outcomes, retry=config.pace.login_retry)
    return until if until is not None and until > edge.clock() else None


async def _examine(case: _Case) -> tuple[Examined, Costs]:
    http, decoder = CameraHttp(), Decoder()
    try:
        camera = NetworkCamera(
            case.target, http=http, decoder=decoder, profiles=(), clock=edge.clock
        )
        examined = await examine(
            camera,
            recorder=case.recorder,
            may_log_in=case.target.credentials is not None and case.held_until is None,
        )
        return examined, camera.costs
    finally:
        await decoder.close()
        await http.close()
