"""Tells people of firmware cases: what was done with one, and how far its clocks are; each once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from collector.claims.clock_terms import ClockTerms
from collector.claims.firmware_case import CaseStory
from collector.claims.snapshot import take_snapshots
from collector.claims.story import LogEvent
from collector.factory_calendar import calendar_of
from collector.notify import firmware_words as words
from collector.notify.topics import Topic
from collector.notify.words import Said
from collector.store import notices
from collector.store.firmware_cases import CaseRow
from collector.store.notices import Happened


def tell_step(db: Connection, row: CaseRow, story: CaseStory, event: LogEvent) -> bool:
    """Keep what happened as news, when it is news to somebody; ``story`` is after it."""
    to = "draft" if event.type == "opened" else str(event.payload.get("to", ""))
    topic = words.TOPIC_OF_STATE.get(to)
    if topic is None or (to == "draft" and event.type != "opened"):
        return False
    said = words.of_step(
        state="returned" if event.payload.get("action") == "return" else to,
        number=row.number,
        code=row.code,
        combination=_combination(row),
        words=str(event.payload.get("reason", "")),
        fix=story.fix.version if story.fix else "",
    )
    return _keep(db, row, topic, f"{to}.{event.seq}", said, at=event.at)


def tell_joined(db: Connection, row: CaseRow, story: CaseStory, *, runs: str, at: datetime) -> bool:
    """A device joined a case that had ended: kept once for each ending, the page lists them all."""
    if story.state.value not in words.JOINS or story.line.moved_at is None:
        return False
    said = words.of_joined(
        state=story.state.value,
        number=row.number,
        code=row.code,
        combination=_combination(row),
        fix=story.fix,
        runs=runs,
    )
    step = f"joined.{story.line.moved_at:%Y%m%dT%H%M%S}"
    return _keep(db, row, Topic.FIRMWARE_STEP, step, said, at=at)


def tell_clocks(
    db: Connection, row: CaseRow, story: CaseStory, *, terms: ClockTerms, now: datetime
) -> None:
    """The highest share that each running clock has come to; one that was told is kept once."""
    for one in take_snapshots(story.line, terms=terms, days=calendar_of(terms), now=now):
        share = one.reached(now) if one.runs else 0
        if not share:
            continue
        said = words.of_clock(
            kind=one.kind.value,
            share=share,
            number=row.number,
            code=row.code,
            due_at=one.due_at,
            zone=terms.zone,
        )
        _keep(
            db,
            row,
            Topic.FIRMWARE_LATE,
            f"clock.{one.kind.value}.{one.cycle}.{share}",
            said,
            at=now,
        )


def _combination(row: CaseRow) -> str:
    return " × ".join(filter(None, (row.camera_firmware, row.recorder_firmware))) or "–"


def _keep(
    db: Connection, row: CaseRow, topic: Topic, step: str, said: Said, *, at: datetime
) -> bool:
    return notices.add(
        db,
        Happened(
            organisation_id=row.organisation_id,
            topic=topic.value,
            thing="firmware_case",
            thing_id=row.id,
            step=step,
            title=said.title,
            text=said.text,
            path=f"/firmware-cases/{row.id}",
            at=at,
            code=row.code,
        ),
    )
