"""What a test becomes: readings, a fault when it is found twice, and evidence; one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import msgspec

from agent.camera.port import Exchange
from agent.delivery import fault_store, keepsake_store, reading_store, write_log
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.diagnosis.advance import advance, cleared
from agent.diagnosis.engine import Diagnosed
from agent.diagnosis.memory import FaultMemory, Step, experiment_key, is_refuted, taken_over
from agent.diagnosis.rule import Finding, Persistence, Verdict
from agent.episodes import Author, Teller
from agent.evidence_files import Seen
from agent.experiment.earlier import KEPT, Earlier, TestMemory, read_memory
from agent.experiment.ircut import Ran
from agent.experiment.look import Shot, middle
from agent.experiment.verdict import FilterVerdict, Judged
from agent.probes.probe import Attachment, good, unknown
from agent.recording import TELEMETRY_UPTO
from shared import notes
from shared.catalogue_entry import Proof
from shared.device import DeviceFacts
from shared.evidence import FILTER_TEST, EvidenceKind
from shared.reading import Reading

TWICE: Final = Persistence(
    open_n=2, open_m=2, clear_n=2, clear_m=2, confirm_n=1, forget_after=timedelta(days=30)
)
"""A test is ordered, not due, and each proves by itself: the second may come with a later visit."""
APART: Final = timedelta(hours=1)
"""Two tests within an hour are one observation: the same cloud, the same reboot."""
CODES: Final = {
    FilterVerdict.STUCK_OPEN: "ircut.stuck_open",
    FilterVerdict.STUCK_CLOSED: "ircut.stuck_closed",
    FilterVerdict.REVERSED: "ircut.reversed",
}
VERDICT: Final = "ircut.verdict"
MOVED: Final = "ircut.moved"
_NOTES: Final = {
    "before": notes.TEST_BEFORE,
    "during": notes.TEST_DURING,
    "after": notes.TEST_AFTER,
}
_UNSENT: Final = 480
_TERMINAL: Final = "terminal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A finished test and what is known of its device."""

    ran: Ran
    facts: DeviceFacts
    began_at: datetime
    ended_at: datetime
    ordered_by: str
    sun_elevation_deg: float | None
    exchanges: Sequence[Exchange]


def readings_of(judged: Judged, *, at: datetime) -> tuple[Reading, ...]:
    """The verdict as readings; whether it moved is unknown when nothing could be told."""
    reason = judged.reason.en
    verdict = good(VERDICT, judged.verdict.value, at=at, detail=reason)
    if judged.verdict is FilterVerdict.INCONCLUSIVE:
        return verdict, unknown(MOVED, at=at, detail=reason)
    if judged.verdict is FilterVerdict.NO_FILTER_FITTED:
        return (verdict,)
    moves = judged.verdict in (FilterVerdict.MOVED, FilterVerdict.REVERSED)
    return verdict, good(MOVED, moves, at=at, detail=reason)


def findings_of(judged: Judged, because: tuple[Reading, ...]) -> tuple[Finding, ...]:
    """One finding a code: the fault, and that the others are not there; none when unsure."""
    if judged.verdict is not FilterVerdict.MOVED and not judged.verdict.is_fault:
        return ()
    found = CODES.get(judged.verdict)
    return tuple(
        Finding(
            code=code,
            verdict=Verdict.FAULT if code == found else Verdict.HEALTHY,
            summary_en=f"active test: {judged.reason.en}"[:400],
            summary_zh=f"主动测试：{judged.reason.zh}"[:400],
            because=because,
        )
        for code in CODES.values()
    )


def tell(told: Told, *, database: Database, outbox: Outbox, author: Author) -> None:
    """Keep and tell a test, inside the caller's transaction."""
    db, device_id, now = database.connection, told.facts.device_id, told.ended_at
    judged = told.ran.judged
    readings = readings_of(judged, at=now)
    reading_store.add(db, device_id, readings)
    upto = int(database.meta(TELEMETRY_UPTO) or "0")
    for reading in readings:
        reading_store.trim(
            db,
            device_id,
            reading.name,
            keep=reading_store.KEPT_PER_NAME,
            sent_upto=upto,
            at_most=_UNSENT,
        )
    seen = Seen(
        facts=told.facts,
        now=now,
        pictures=(),
        attachments=attachments_of(told, database),
        exchanges=told.exchanges,
        proof=Proof.EXPERIMENT.value,
    )
    teller = Teller(db, outbox, author)
    before = read_memory(database, device_id)
    is_told = False
    if _counts(before, now):
        for finding in findings_of(judged, readings):
            is_told |= _advance(teller, database, finding, seen)
        _remember(database, told, before)
    if not is_told and seen.attachments:
        teller.tell_attachments(seen)


def _counts(before: TestMemory, now: datetime) -> bool:
    """Whether this test is far enough from the last one that counted; a clock set back is."""
    if before.verdict_at is None:
        return True
    return not timedelta(0) <= now - before.verdict_at < APART


def _advance(teller: Teller, database: Database, finding: Finding, seen: Seen) -> bool:
    """Take one finding in; True when an event with this test's evidence went."""
    db, device_id = database.connection, seen.facts.device_id
    key, memories = experiment_key(finding.code), fault_store.read_memories(db, device_id)
    memory, passive = memories.get(key), memories.get(finding.code)
    doubted = passive if passive is not None and passive.is_open else None
    if memory is None and doubted is None and finding.verdict is Verdict.HEALTHY:
        return False
    after, step = advance(memory, finding, now=seen.now, persistence=TWICE)
    if step is Step.OPENED and passive is not None and passive.episode is not None:
        # One fault, one episode: what pictures alone said is proven now, and ends by tests alone.
        after, step = taken_over(passive, after), Step.CONFIRMED
        fault_store.keep_memory(db, device_id, FaultMemory(finding.code))
    is_well = step is Step.CLEARED or (doubted and is_refuted(doubted, after, by=TWICE))
    if doubted is not None and is_well:
        _end(teller, database, doubted, finding, seen)
    if step is not Step.NONE:
        after = teller.tell_step(Diagnosed(step=step, finding=finding, memory=after), memory, seen)
    if after != memory:
        fault_store.keep_memory(db, device_id, after, key=key)
    if step is Step.OPENED:
        return True
    if finding.verdict is Verdict.FAULT and after.episode is not None:
        teller.tell_attachments(seen, code=finding.code, episode=after.episode)
        return True
    return False


def _end(
    teller: Teller, database: Database, passive: FaultMemory, finding: Finding, seen: Seen
) -> None:
    """End what pictures alone had opened; tests that found it well do not prove that it was."""
    after = cleared(passive, now=seen.now, changes=passive.changes)
    told = Diagnosed(step=Step.CLEARED, finding=finding, memory=after)
    after = teller.tell_step(told, passive, replace(seen, proof=""))
    fault_store.keep_memory(database.connection, seen.facts.device_id, after)


def _remember(database: Database, told: Told, before: TestMemory) -> None:
    """Keep what later tests may rely on; one without a verdict leaves at most that it went dark."""
    ran, firmware, now = told.ran, told.facts.firmware, told.ended_at
    verdict = ran.judged.verdict
    after = before
    if verdict is FilterVerdict.MOVED and ran.mode_set is not None:
        home = middle([shot.look for shot in (*ran.before, *ran.after)])
        away = middle([shot.look for shot in ran.during])
        is_in = ran.mode_set.value == "ON"
        patterns = [shot.pattern for shot in ran.during if shot.pattern is not None]
        after = msgspec.structs.replace(
            after,
            moved=Earlier(
                at=now,
                firmware=firmware,
                look_in=away if is_in else home,
                look_out=home if is_in else away,
                pattern=min(patterns, default=0.0),
                sun_elevation_deg=told.sun_elevation_deg,
                view=next((s.picture.merged for s in ran.before if s.picture.merged), b""),
            ),
        )
    if ran.went_dark:
        after = msgspec.structs.replace(after, dark_at=now, dark_firmware=firmware)
    if verdict is FilterVerdict.MOVED or verdict.is_fault:
        after = msgspec.structs.replace(
            after, verdict=verdict.value, verdict_at=now, verdict_firmware=firmware
        )
    if after != before:
        content = msgspec.msgpack.encode(after)
        keepsake_store.keep(database.connection, told.facts.device_id, KEPT, content, at=now)


def attachments_of(told: Told, database: Database) -> tuple[Attachment, ...]:
    """A picture of each phase, all figures, and everything that was written; nothing if untried.

    A test that was stopped has no pictures to show, and its writes are told all the same.
    """
    ran = told.ran
    phases = (("before", ran.before), ("during", ran.during), ("after", ran.after))
    pictures = tuple(
        Attachment(
            name=f"picture-{name}.jpg",
            media_type="image/jpeg",
            kind=EvidenceKind.PICTURE,
            content=shots[-1].picture.jpeg,
            taken_at=shots[-1].at,
            note=_NOTES[name],
        )
        for name, shots in phases
        if shots
    )
    writes = write_log.read(database.connection, told.facts.device_id, since=told.began_at)
    if not pictures and not writes:
        return ()
    firsts = (("during, first time", ran.during_first), ("after, first time", ran.after_first))
    lines = [
        json.dumps({"phase": name, "mode": _mode(ran, name), **_figures(shot)})
        for name, shots in (phases[0], *firsts, *phases[1:])
        for shot in shots
    ]
    judged = ran.judged
    lines.append(
        json.dumps(
            {
                "verdict": judged.verdict.value,
                "why": judged.why.value,
                "reason_en": judged.reason.en,
                "reason_zh": judged.reason.zh,
                "settle_en": judged.settle.en,
                "settle_zh": judged.settle.zh,
                "mode_restored": None if ran.settled is None else ran.settled.value,
                "ordered_by": _without_person(told.ordered_by),
            },
            ensure_ascii=False,
        )
    )
    files = [_lines(FILTER_TEST, lines, told, notes.TEST_FIGURES)]
    if writes:
        rows = [
            json.dumps(
                {
                    "at": write.at.isoformat(),
                    "ordered_by": _without_person(write.ordered_by),
                    "operation": write.operation,
                    "what": write.what,
                    "before": write.before,
                    "after": write.after,
                    "answer": write.answer,
                },
                ensure_ascii=False,
            )
            for write in writes
        ]
        files.append(_lines("writes.jsonl", rows, told, notes.TEST_WRITES))
    return (*pictures, *files)


def _without_person(ordered_by: str) -> str:
    """Whose account it was stays in the agent's own log: evidence travels, and cannot be undone."""
    before, terminal, _ = ordered_by.partition(_TERMINAL)
    return f"{before}{terminal}"


def _mode(ran: Ran, phase: str) -> str:
    if phase == "during, first time":
        return ran.mode_first.value if ran.mode_first else "?"
    mode = ran.mode_set if phase == "during" else ran.mode_before
    return mode.value if mode else "?"


def _figures(shot: Shot) -> dict[str, object]:
    return {
        "at": shot.at.isoformat(),
        **msgspec.structs.asdict(shot.look),
        "change": shot.change,
        "pattern": shot.pattern,
        "damaged": shot.picture.damaged,
    }


def _lines(name: str, lines: Sequence[str], told: Told, note: str) -> Attachment:
    return Attachment(
        name=name,
        media_type="application/jsonl",
        kind=EvidenceKind.READINGS,
        content=("\n".join(lines) + "\n").encode(),
        taken_at=told.ended_at,
        note=note,
    )
