"""The look for numbered rows that never came: one search for all agents, then what it found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import Engine

from collector.store import gap_search, gaps, lost_ranges
from collector.store.engine import reader

AT_ONCE: Final = 1000  # marks in one transaction: intake waits for it


def look_for_gaps(
    engine: Engine, *, now: datetime, look: Callable[[], object] = lambda: None
) -> None:
    """Fill gaps with what came late, and find new ones past the marks.

    The search takes no write lock: rows that come meanwhile are found by the next one. Each epoch
    with holes is a transaction of its own; ``look`` is called between them.
    """
    with reader(engine) as db:
        late, reaches = gap_search.late(db), gap_search.past_the_mark(db)
        lost = gap_search.lost_ranges_of(db)
    look()
    whole = [(reach, reach.newest) for reach in reaches if reach.is_whole]
    for begin in range(0, len(whole), AT_ONCE):
        with engine.begin() as db:
            gap_search.move_marks(db, whole[begin : begin + AT_ONCE], now=now)
        look()
    for epoch in late:
        with engine.begin() as db:
            gaps.fill(db, epoch)
        look()
    for reach in reaches:
        if not reach.is_whole:
            with engine.begin() as db:
                gaps.survey(db, reach, now=now)
            look()
    visited = {one.agent_id for one in late} | {one.agent_id for one in reaches}
    for agent_id, ranges in sorted(lost.items()):
        if agent_id in visited or ranges > lost_ranges.MAX_LOST:
            with engine.begin() as db:
                lost_ranges.tidy(db, agent_id=agent_id)
            look()
