"""``answer`` and ``import-answer``, ``reply`` and ``import-reply``: what is carried by a file."""

# ruff: noqa: T201  it speaks to a terminal
from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from collector.app import open_store, utc_now
from collector.cli_words import say
from collector.config import read_config
from collector.config_error import refuse
from collector.give_answer import answers_to
from collector.give_reply import replies_to
from collector.pack.answer import LONGEST
from collector.pack.room import open_room
from collector.pack.signed_json import SignedJsonError
from collector.receive_answer import receive_answer
from collector.receive_reply import receive_reply
from collector.store import lines

OK: Final = 0
FAILED: Final = 1
_WRITES: Final = {"answer": answers_to, "reply": replies_to}
_TAKES: Final = {"answer": receive_answer, "reply": receive_reply}


def write_answers(arguments: argparse.Namespace) -> int:
    """Write one file for each partner whose pack became this line, or who has answered it."""
    config = read_config(arguments.config)
    room = open_room(config)
    kind: str = arguments.kind
    with open_store(config).begin() as db:
        found = lines.find(db, arguments.line)
        if found is None:
            raise refuse("LINE", "no_line", found=arguments.line)
        try:
            made = _WRITES[kind](
                db,
                found.id,
                partners=config.partners,
                made_by=room.desk.made_by,
                key=room.key,
                now=utc_now(),
            )
        except SignedJsonError as error:
            print(error.words.text(arguments.lang), file=sys.stderr)
            return FAILED
    if not made:
        print(say(f"{kind}_none", arguments.lang), file=sys.stderr)
        return FAILED
    for partner, content in made:
        path = arguments.output / f"{arguments.line}-{partner.name}.{kind}.json"
        path.write_bytes(content)
        print(say("answer_made", arguments.lang, file=path, partner=partner.name))
    return OK


def import_answer(arguments: argparse.Namespace) -> int:
    """Take a file, and say where the claim is now or why it is not taken."""
    config = read_config(arguments.config)
    path: Path = arguments.file
    with path.open("rb") as file:
        content = file.read(LONGEST + 1)
    try:
        with open_store(config).begin() as db:
            result = _TAKES[arguments.kind](
                db,
                content,
                partners=config.partners,
                own_fingerprint=open_room(config).desk.made_by.fingerprint,
                policy=config.policy,
                now=utc_now(),
            )
    except SignedJsonError as error:
        print(error.words.text(arguments.lang), file=sys.stderr)
        return FAILED
    key = f"answer_{result.how.value}"
    print(say(key, arguments.lang, line=result.line_id, state=result.state))
    if result.differs is not None:
        print(result.differs.text(arguments.lang))
    elif result.held_by is not None:
        print(say("answer_held", arguments.lang, why=result.held_by.text(arguments.lang)))
    return OK
