"""The lists of a pack: readings, peers, the event log, the probes' transcripts. Pure.

CSV cells that a spreadsheet would take for a formula get an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from collector.claims.origin.fleet_words import WITHHELD
from collector.pack.claim import Claim
from collector.pack.facts import Sampled
from collector.store.views.claim_file import EventRow
from shared.limits import Sha256
from shared.moment import Moment

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
TELLS_FLEET: Final = "origin_suggested"  # its reasons count other organisations' devices


class LogLine(msgspec.Struct, frozen=True, kw_only=True):
    """One event of ``log.jsonl``, as it was hashed (``claims/chain.py``).

    ``payload_json`` is the very text under the hash; null where numbers of other organisations
    stand in it, which stay with the collector: of such an event only the link is checked.
    """

    seq: int
    line_id: int
    at: Moment
    actor: str
    role: str
    type: str
    payload_json: str | None
    prev_hash: str
    hash: Sha256


def write_series(samples: Iterable[Sampled]) -> bytes:
    """``series.csv``: a value that is not good is empty, and its quality says why."""
    return _csv(
        ("taken_at", "reading", "value", "unit", "quality"),
        ((_at(one.at), one.name, _value(one), one.unit, one.quality) for one in samples),
    )


def write_peers(claim: Claim) -> bytes:
    """``peers.csv``: the site's other cameras, and the organisation's claims of the same batch."""
    rows: list[tuple[str, ...]] = []
    for one in claim.control.siblings if claim.control else ():
        heard = _at(one.heard_at) if one.heard_at else ""
        rows.append(("sibling", one.position, one.model, "", one.standing, heard))
    for peer in claim.peers:
        serial, codes = peer.serial, " ".join(peer.codes)
        rows.append(("batch", peer.number, serial, codes, peer.state, _at(peer.opened_at)))
    rows.append(("other organisations", WITHHELD["en"], WITHHELD["zh"], "", "", ""))
    return _csv(("kind", "name", "model_or_serial", "codes", "state", "heard_or_opened_at"), rows)


def write_log(events: Sequence[EventRow], *, line: int) -> bytes:
    """``log.jsonl``: every event with its hash and the one before."""
    lines = (
        msgspec.json.encode(
            LogLine(
                seq=event.seq,
                line_id=line,
                at=event.at,
                actor=event.actor,
                role=event.role,
                type=event.type,
                payload_json=None if event.type == TELLS_FLEET else event.payload,
                prev_hash=event.prev_hash,
                hash=event.hash,
            )
        )
        for event in events
    )
    return b"".join(line + b"\n" for line in lines)


def read_log(content: bytes) -> tuple[LogLine, ...]:
    """The events; msgspec.DecodeError for what is none."""
    return tuple(msgspec.json.decode(line, type=LogLine) for line in content.splitlines())


def write_transcripts(contents: Mapping[str, bytes]) -> bytes:
    """``probe.jsonl``: what devices were asked and answered, each line with the file it is from.

    The file is what the agent signed; this is for reading. What is no JSON stands in the file only.
    """
    made = []
    for path in sorted(contents):
        for text in contents[path].decode("utf-8", "replace").splitlines():
            try:
                entry = json.loads(text)
            except (ValueError, RecursionError):
                continue
            made.append(json.dumps({"file": path, "entry": entry}, ensure_ascii=False))
    return "".join(f"{line}\n" for line in made).encode("utf-8", "replace")


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """With a byte order mark: spreadsheets take Chinese for something else without one."""
    held = io.StringIO(newline="")
    made = csv.writer(held, lineterminator="\r\n")
    made.writerow(header)
    made.writerows([_cell(cell) for cell in row] for row in rows)
    return held.getvalue().encode("utf-8-sig", "replace")


def _cell(text: str) -> str:
    try:
        float(text)  # a number is none
    except ValueError:
        return f"'{text}" if text.startswith(_FORMULA) else text
    return text


def _value(one: Sampled) -> str:
    if one.quality != "good" or one.value is None:
        return ""
    return str(one.value).lower() if isinstance(one.value, bool) else str(one.value)


def _at(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
