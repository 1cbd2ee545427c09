"""The command ``preclaim-collector quarantine``: list, show, replay or drop what was refused."""

# ruff: noqa: T201  it speaks to a terminal
from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from typing import Final

from sqlalchemy import Engine

from collector.app import make_room, open_store, utc_now
from collector.cli import FAILED, OK, USAGE
from collector.cli_words import say
from collector.config import read_config
from collector.intake.arrival import End
from collector.intake.decipher import decipher, hex_of
from collector.intake.replay import replay_each
from collector.settings import Config
from collector.store import accounts, quarantine, quarantine_gone, quarantine_list
from collector.store.engine import reader
from collector.store.quarantine_list import Row
from collector.web.voice import load_texts

LISTED: Final = 100
_END: Final = {
    End.STORED: "end_stored",
    End.DUPLICATE: "end_duplicate",
    End.QUARANTINED: "end_refused",
}


def look_at_quarantine(arguments: argparse.Namespace) -> int:
    """Do what the action says."""
    actions: dict[str, Callable[[argparse.Namespace, Config, Engine], int]] = {
        "list": _list,
        "show": _show,
        "replay": _replay,
        "drop": _drop,
    }
    config = read_config(arguments.config)
    if arguments.number is None:
        arguments.number = arguments.id
    engine = open_store(config)
    try:
        return actions[arguments.action](arguments, config, engine)
    finally:
        engine.dispose()


def remedy(reason: str, lang: str) -> tuple[str, str]:
    """Why such a payload is refused, and what to do; '' where we have no word for the reason."""
    texts = load_texts(lang)
    return texts.get(f"quarantine_why.{reason}", ""), texts.get(f"quarantine_do.{reason}", "")


def printable(text: str) -> str:
    """Without the control characters by which a stranger could write on the terminal."""
    return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in text)


def _list(arguments: argparse.Namespace, _config: Config, engine: Engine) -> int:
    with reader(engine) as db:
        rows = quarantine_list.rows_of(db, reason=arguments.reason, limit=LISTED)
        number = quarantine_list.count(db, reason=arguments.reason)
        lost = quarantine_list.not_kept(db)
    for row in rows:
        print(
            f"{row.id:>7}  {row.last_at:%Y-%m-%d %H:%M:%S}Z {row.count:>5}x {row.reason:<20} "
            f"{printable(row.agent_id) or '-':<20} {row.size:>6} B  {printable(row.detail)}"
        )
    lang = arguments.lang
    print(say("quarantine_rows" if number else "quarantine_empty", lang, count=number))
    if lost:
        print(say("quarantine_not_kept", lang, count=lost, rows=quarantine.MAX_ROWS))
    return OK


def _show(arguments: argparse.Namespace, _config: Config, engine: Engine) -> int:
    lang = arguments.lang
    if arguments.number is None:
        print(say("quarantine_which", lang), file=sys.stderr)
        return USAGE
    with reader(engine) as db:
        kept = quarantine_list.find(db, arguments.number)
    if kept is None:
        print(say("quarantine_no_such", lang, id=arguments.number), file=sys.stderr)
        return FAILED
    row, payload = kept
    for key, value in _facts(row, lang):
        print(f"{say(key, lang)}: {value}")
    for line in decipher(payload):
        print(f"  {printable(line)}")
    print(f"{say('show_hex', lang)}:")
    for line in hex_of(payload):
        print(f"  {line}")
    return OK


def _facts(row: Row, lang: str) -> list[tuple[str, str]]:
    why, do = remedy(row.reason, lang)
    identity = f"{row.epoch}:{row.seq}" if row.seq is not None else say("no_identity", lang)
    return [
        ("show_agent", printable(row.agent_id) or "-"),
        ("show_topic", printable(row.topic)),
        ("show_identity", identity),
        ("show_reason", f"{row.reason}: {printable(row.detail)}" if row.detail else row.reason),
        ("show_why", why or "-"),
        ("show_do", do or "-"),
        ("show_times", f"{row.count} ({row.received_at:%Y-%m-%d %H:%M:%S}Z"
         f" – {row.last_at:%Y-%m-%d %H:%M:%S}Z)"),
        ("show_size", f"{row.size} B"),
    ]  # fmt: skip


def _replay(arguments: argparse.Namespace, config: Config, engine: Engine) -> int:
    lang = arguments.lang
    room = make_room(config)
    accepted = refused = 0
    for done in replay_each(
        engine,
        reason=arguments.reason,
        quarantine_id=arguments.number,
        room=room,
        now=utc_now(),
    ):
        accepted += done.end is not End.QUARANTINED
        refused += done.end is End.QUARANTINED
        why = f": {done.reason}: {printable(done.detail)}" if done.reason else ""
        print(f"{done.id:>7}  {say(_END[done.end], lang)}{why}")
    room.high_water.flush()
    print(say("replayed", lang, accepted=accepted, refused=refused))
    return OK


def _drop(arguments: argparse.Namespace, _config: Config, engine: Engine) -> int:
    lang = arguments.lang
    if arguments.number is None and not arguments.reason:
        print(say("quarantine_which", lang), file=sys.stderr)
        return USAGE
    with engine.begin() as db:
        reasons = (arguments.reason,) if arguments.reason else ()
        numbers = quarantine_list.ids(db, reasons=reasons, quarantine_id=arguments.number)
        if not arguments.confirm:
            print(say("quarantine_would_drop", lang, count=len(numbers)), file=sys.stderr)
            return FAILED
        for number in numbers:
            quarantine_gone.note(db, [number], now=utc_now())
            quarantine.remove(db, quarantine_id=number, now=utc_now())
        what = arguments.reason or f"id {arguments.number}"
        accounts.record(
            db,
            at=utc_now(),
            actor=f"command line: {getpass.getuser()}"[:120],
            action="quarantine.dropped",
            detail=f"{len(numbers)} rows: {what}",
        )
    print(say("quarantine_dropped", lang, count=len(numbers)))
    return OK
