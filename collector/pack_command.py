"""``preclaim-collector pack`` and ``verify``: a claim as one file, and whether one holds."""

# ruff: noqa: T201  it speaks to a terminal
from __future__ import annotations

import argparse
import sys
from getpass import getuser
from pathlib import Path
from typing import Final

from collector.cli_words import say
from collector.config import read_config
from collector.config_error import refuse
from collector.pack.archive import MOST_BYTES
from collector.pack.check import Pack, PackError, open_pack
from collector.pack.problem_words import explain
from collector.pack.seal import fingerprint
from collector.settings import Config
from shared import signing

OK: Final = 0
FAILED: Final = 1


def make_pack(arguments: argparse.Namespace) -> int:
    """Write the pack of a line beside the caller, or where ``-o`` says; '-' is standard output."""
    from collector.app import open_store, utc_now  # noqa: PLC0415 SQLAlchemy is slow to load
    from collector.pack.room import open_room  # noqa: PLC0415
    from collector.pack.share import Sharer, is_submitted, share  # noqa: PLC0415
    from collector.store import lines  # noqa: PLC0415

    config = read_config(arguments.config)
    engine = open_store(config)
    with engine.begin() as db:
        found = lines.find(db, arguments.line)
    if found is None:
        raise refuse("LINE", "no_line", found=arguments.line)
    room = open_room(config)
    if is_submitted(engine, found.id):
        made = share(
            engine,
            room,
            found.id,
            organisation_id=found.organisation_id,
            by=Sharer(actor=f"command line: {getuser()}"[:120], role="admin"),
            now=utc_now(),
        )
    else:
        made = room.make(engine, found.id, organisation_id=found.organisation_id, is_whole=True)
    if made is None:
        raise refuse("LINE", "no_line", found=arguments.line)
    if arguments.output == Path("-"):
        sys.stdout.buffer.write(made.content)
        return OK
    path = arguments.output or Path(made.filename)
    path.write_bytes(made.content)
    print(say("pack_made", arguments.lang, file=path, bytes=len(made.content)))
    return OK


def verify_pack(arguments: argparse.Namespace) -> int:
    """Check a pack; the first file that does not hold, and why, when it does not."""
    lang: str = arguments.lang
    try:
        pack = open_pack(read_pack(arguments.file), trusted=_trusted(arguments))
    except PackError as error:
        print(explain(error, lang), file=sys.stderr)
        return FAILED
    print("\n".join(describe(pack, lang)))
    return OK


def read_pack(path: Path) -> bytes:
    """The file's bytes; no more than a pack may have and one more, so that it is refused."""
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _trusted(arguments: argparse.Namespace) -> frozenset[str] | None:
    """Fingerprints that are trusted: named in the call, or this collector's and its partners'."""
    if arguments.fingerprint:
        return frozenset({"".join(arguments.fingerprint.split()).lower()})
    return trusted_by(read_config(arguments.config)) if arguments.config else None


def trusted_by(config: Config) -> frozenset[str]:
    """This collector's own key, if it has one yet, and its partners'."""
    own = frozenset[str]()
    if config.pack.key.exists():
        key = signing.read_private(config.pack.key.read_bytes())
        own = frozenset({fingerprint(key.public_key())})
    return own | {partner.fingerprint for partner in config.partners}


def describe(pack: Pack, lang: str) -> tuple[str, ...]:
    """What was found of a pack that holds, in words."""
    claim = pack.claim
    agents = sorted({one.agent_id for one in claim.statements if one.verdict == "verified"})
    unsure = [one for one in claim.statements if one.verdict != "verified"]
    return (
        say(
            "pack_holds",
            lang,
            number=claim.number,
            serial=claim.unit.serial or "-",
            files=len(pack.files),
        ),
        say("pack_key_known" if pack.is_known else "pack_key_any", lang, found=pack.signed_by),
        say("pack_agents", lang, agents=", ".join(agents))
        if agents
        else say("pack_no_agent", lang),
        *((say("pack_unverified", lang, count=len(unsure)),) if unsure else ()),
        *((say("pack_not_whole", lang),) if not claim.is_whole else ()),
        say("pack_means", lang),
    )
