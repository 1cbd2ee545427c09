"""Reads what stands around a fault: the site's other cameras, batch peers, weeks of readings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from collector.pack.claim import Control, Peer, Sibling
from collector.pack.facts import Sampled
from collector.store import history
from collector.store.views.pack import PeerRow, SiblingRow
from collector.telemetry.samples import moment_of
from collector.web.strips import READINGS

BEFORE: Final = timedelta(days=21)  # section 14 asks for 14 days; a week more shows what was usual
AFTER: Final = timedelta(days=7)
MOST_SAMPLES: Final = 60_000


def control(
    siblings: Sequence[SiblingRow], *, codes: Collection[str], onset_at: datetime
) -> Control:
    """How the siblings stood since the onset; one that was not heard of since is unknown."""
    told = tuple(
        Sibling(
            position=one.name,
            model=one.model,
            standing=_standing(one, codes=codes, onset_at=onset_at),
            heard_at=one.last_good_at,
        )
        for one in siblings
    )
    counts = [one.standing for one in told]
    return Control(
        normal=counts.count("normal"),
        same_fault=counts.count("same_fault"),
        other_fault=counts.count("other_fault"),
        unknown=counts.count("unknown"),
        siblings=told,
    )


def _standing(one: SiblingRow, *, codes: Collection[str], onset_at: datetime) -> str:
    if not one.codes.isdisjoint(codes):
        return "same_fault"
    if one.codes:
        return "other_fault"
    return "normal" if one.last_good_at and one.last_good_at >= onset_at else "unknown"


def peers(rows: Sequence[PeerRow]) -> tuple[Peer, ...]:
    """The claims of the batch as they are told."""
    return tuple(
        Peer(
            number=row.number,
            serial=row.serial,
            codes=row.codes,
            state=row.state,
            opened_at=row.opened_at,
        )
        for row in rows
    )


def read_series(
    db: Connection, position_id: int | None, *, onset_at: datetime, until: datetime
) -> tuple[Sampled, ...]:
    """The readings around the onset, good or not, by name and time."""
    if position_id is None:
        return ()
    end = min(until, onset_at + AFTER)
    found = history.samples(db, position_id, READINGS, since=onset_at - BEFORE, until=end)
    return tuple(
        Sampled(
            name=name,
            at=moment_of(second),
            value=sample.value,
            unit=sample.kind.unit,
            quality=sample.kind.quality.value,
        )
        for name in sorted(found)
        for second, sample in sorted(found[name].items())
    )[:MOST_SAMPLES]
