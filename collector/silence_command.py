"""The command ``preclaim-collector silence``: list, add or end silences and maintenance windows."""

# ruff: noqa: T201  it speaks to a terminal
from __future__ import annotations

import argparse
import getpass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from collector import silence_order
from collector.app import open_store, utc_now
from collector.claims.policy import Policy
from collector.claims.silence import SilenceKind, SilenceProblem, check_wish
from collector.cli import FAILED, OK
from collector.cli_words import say
from collector.config import read_config
from collector.config_error import refuse
from collector.store import positions, silences
from collector.store.engine import reader
from collector.store.scope import Role, Scope
from collector.store.silences import NewSilence, SilenceRow
from shared.catalogue import CATALOGUE

_WRONG: Final = {
    SilenceProblem.REASON: ("--reason", "silence_reason"),
    SilenceProblem.OVER: ("--start", "silence_over"),
    SilenceProblem.BACKWARDS: ("--hours", "silence_backwards"),
    SilenceProblem.LONG: ("--hours", "silence_long"),
}


def look_after_silences(arguments: argparse.Namespace) -> int:
    """List them, add one, or end one; 1 when there is none to end."""
    config = read_config(arguments.config)
    scope = Scope(
        organisation_ids=frozenset(one.id for one in config.organisations), role=Role.ADMIN
    )
    engine, now = open_store(config), utc_now()
    try:
        if arguments.action == "list":
            with reader(engine) as db:
                rows = silences.list_silences(db, scope, now=now)
            print("\n".join(_line(row, now, arguments.lang) for row in rows) or _none(arguments))
            return OK
        with engine.begin() as db:
            if arguments.action == "end":
                return _end(db, scope, arguments, now=now)
            return _add(db, scope, arguments, policy=config.policy, now=now)
    finally:
        engine.dispose()


def _none(arguments: argparse.Namespace) -> str:
    return say("silence_none", arguments.lang)


def _add(
    db: Connection, scope: Scope, arguments: argparse.Namespace, *, policy: Policy, now: datetime
) -> int:
    wanted = _read(db, scope, arguments, now=now)
    wrong = check_wish(
        reason=wanted.reason,
        starts_at=wanted.starts_at,
        ends_at=wanted.ends_at,
        longest=policy.longest_silence,
        now=now,
    )
    if wrong is not None:
        key, name = _WRONG[wrong]
        raise refuse(key, name, days=policy.longest_silence.days)
    number = silence_order.begin(db, wanted, now=now)
    until = f"{wanted.ends_at:%Y-%m-%d %H:%M} UTC"
    print(say("silence_added", arguments.lang, id=number, until=until))
    return OK


def _read(
    db: Connection, scope: Scope, arguments: argparse.Namespace, *, now: datetime
) -> NewSilence:
    target = silences.find_target(db, scope, _place_of(db, arguments.target))
    if target is None:
        raise refuse("TARGET", "no_silence_target", found=arguments.target)
    if arguments.code and arguments.code not in CATALOGUE:
        raise refuse("--code", "no_such_code", found=arguments.code)
    starts_at = _moment(arguments.start) or now
    return NewSilence(
        organisation_id=target.organisation_id,
        scope=target.scope,
        site_id=target.site_id,
        position_id=target.position_id,
        code=arguments.code,
        kind=SilenceKind(arguments.kind),
        reason=arguments.reason,
        made_by=f"command line: {getpass.getuser()}"[:120],
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=arguments.hours),
    )


def _place_of(db: Connection, told: str) -> str:
    """'AGENT/DEVICE' as the number of its position; everything else as it is."""
    agent_id, slash, device_id = told.partition("/")
    if not slash:
        return told
    found = positions.find(db, agent_id=agent_id, device_id=device_id)
    return f"position:{found.id}" if found else told


def _moment(told: str) -> datetime | None:
    if not told:
        return None
    try:
        moment = datetime.fromisoformat(told)
    except ValueError as error:
        raise refuse("--start", "no_moment", found=told) from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _end(db: Connection, scope: Scope, arguments: argparse.Namespace, *, now: datetime) -> int:
    number = int(arguments.target) if arguments.target.isdecimal() else 0
    actor = f"command line: {getpass.getuser()}"[:120]
    ended = silence_order.end(db, scope, silence_id=number, actor=actor, now=now)
    key = "silence_not_there" if ended is None else "silence_ended"
    print(say(key, arguments.lang, id=arguments.target))
    return FAILED if ended is None else OK


def _line(row: SilenceRow, now: datetime, lang: str) -> str:
    one = row.silence
    state = "over" if one.ends_at <= now else "planned" if one.starts_at > now else "holds"
    place = row.device_name or row.site_name or row.organisation_name
    return (
        f"{one.id:>5}  {say(f'silence_{state}', lang)}  "
        f"{one.starts_at:%Y-%m-%d %H:%M} – {one.ends_at:%Y-%m-%d %H:%M} UTC  "
        f"{one.scope.value} {place}  {one.code or '*'}  {one.made_by}: {one.reason}"
    )
