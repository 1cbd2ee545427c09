"""What is known of rows of an epoch that are not here: told as lost, refused, or in quarantine."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, Connection, bindparam, select

from collector.store.quarantine_gone import REFUSED
from collector.store.tables import quarantine, seq_lost
from shared.limits import MAX_SEQ
from shared.receipt import SeqRange


class Why(enum.Enum):
    """What explains a missing row."""

    LOST = "lost"  # the agent told it, with its reason
    REFUSED = "refused"  # it came and was refused; the quarantine keeps it no longer
    QUARANTINE = "quarantine"  # it came and was refused
    COMING = "coming"  # younger than the agent's promise, or the agent says that rows wait
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A range that is explained."""

    range: SeqRange
    why: Why
    reason: str


_WHOLE_EPOCH: Final = SeqRange(0, MAX_SEQ)
_FIRST: Final = bindparam("first_row", type_=BigInteger)
_LAST: Final = bindparam("last_row", type_=BigInteger)
# Built once: the list of gaps asks them for each.
_LOST: Final = select(seq_lost.c.first, seq_lost.c.last, seq_lost.c.reason).where(
    seq_lost.c.agent_id == bindparam("of_agent"),
    seq_lost.c.epoch == bindparam("in_epoch"),
    seq_lost.c.first <= _LAST,
    seq_lost.c.last >= _FIRST,
)
_QUARANTINED: Final = select(quarantine.c.seq, quarantine.c.reason).where(
    quarantine.c.agent_id == bindparam("of_agent"),
    quarantine.c.epoch == bindparam("in_epoch"),
    quarantine.c.seq.between(_FIRST, _LAST),
)


def known_of(
    db: Connection, agent_id: str, epoch: str, within: SeqRange = _WHOLE_EPOCH
) -> list[Known]:
    """What explains rows of the range, told losses first; ranges may overlap."""
    wanted = {
        "of_agent": agent_id,
        "in_epoch": epoch,
        "first_row": within.first,
        "last_row": within.last,
    }
    known = [_told(SeqRange(r.first, r.last), r.reason) for r in db.execute(_LOST, wanted)]
    known += [
        Known(range=SeqRange(r.seq, r.seq), why=Why.QUARANTINE, reason=r.reason)
        for r in db.execute(_QUARANTINED, wanted)
    ]
    return known


def _told(range_: SeqRange, reason: str) -> Known:
    if reason.startswith(REFUSED):
        return Known(range=range_, why=Why.REFUSED, reason=reason.removeprefix(REFUSED))
    return Known(range=range_, why=Why.LOST, reason=reason)
