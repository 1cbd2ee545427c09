"""Rows of the store as the parts of ``claim.json``. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time

from collector.claims.completeness import Item as MustItem
from collector.claims.problem import Both
from collector.claims.snapshot import Snapshot
from collector.claims.troubleshooting import Check, tell_check
from collector.pack import claim as c
from collector.store.proofs import Proof
from collector.store.reports import ReportRow
from collector.store.views.claim_file import FindingRow
from collector.store.views.origins import OriginFile, ReasonRow
from collector.store.views.pack import SignedRow
from collector.store.views.words import Words, fault_name, fault_text
from collector.web.voice import Voice
from shared import signing, wire
from shared.evidence import Manifest

EN, ZH = Voice("en"), Voice("zh")
_LONGEST = 20_000


def both(words: Words) -> c.Both:
    """Words of the store as they are told."""
    return c.Both(en=words.en[:_LONGEST], zh=words.zh[:_LONGEST])


def named(family: str, value: str) -> c.Both:
    """A stored value in the console's words."""
    return c.Both(en=EN.name(family, value), zh=ZH.name(family, value))


def fault(row: FindingRow) -> c.Fault:
    """A finding with the readings that opened it."""
    episode = row.episode
    return c.Fault(
        code=row.code,
        name=both(episode.name),
        text=both(fault_text(row.code)),
        summary=both(episode.summary),
        onset_at=episode.onset_at,
        agent_onset_at=row.agent_onset_at,
        cleared_at=episode.cleared_at,
        observations=episode.observations,
        firmware=row.firmware,
        because=tuple(
            c.Read(
                name=one.name,
                value=one.value,
                unit=one.unit,
                quality=one.quality.value,
                taken_at=one.taken_at,
                detail=one.detail,
            )
            for one in row.because
        ),
    )


def report(row: ReportRow) -> c.Fault:
    """What a person reported: they saw it, no agent did."""
    told = c.Both(en=row.description[:_LONGEST], zh=row.description[:_LONGEST])
    onset_at = datetime.combine(row.onset_on, time(), UTC) if row.onset_on else row.at
    return c.Fault(
        code=row.code,
        name=both(fault_name(row.code)),
        text=both(fault_text(row.code)),
        summary=told,
        onset_at=onset_at,
        agent_onset_at=None,
        cleared_at=None,
        observations=1,
        firmware="",
        by="person",
    )


def item(found: MustItem) -> c.Item:
    """A thing that belongs to the claim, in words; of a gap also what to do about it."""
    return c.Item(
        name=found.name,
        level=found.level.value,
        here=found.here,
        words=named("must", found.name),
        gap=c.NOTHING if found.here else named("gap", found.name),
    )


def check(proof: Proof) -> c.Check:
    """What somebody measured or photographed at the site."""
    if proof.sha256:
        words = Words(en="photo from the site", zh="现场照片")
    else:
        volts = "" if proof.volts is None else f" {proof.volts:g} V"
        words = (
            Words(
                en=f"power measured at the camera:{volts or ' yes'}",
                zh=f"摄像机处测得供电：{volts or '有'}",
            )
            if proof.has_power
            else Words(en=f"no power at the camera{volts}", zh=f"摄像机处无供电{volts}")
        )
    if proof.note:
        words = Words(en=f"{words.en} ({proof.note})", zh=f"{words.zh}（{proof.note}）")
    return c.Check(at=proof.at, actor=proof.actor, words=both(words), sha256=proof.sha256 or "")


def tried(found: Check) -> c.Check:
    """Something that was tried before, by a person or as the agent saw it."""
    words = tell_check(found)
    return c.Check(at=found.at, actor=found.actor, words=both(Words(en=words.en, zh=words.zh)))


def origin(file: OriginFile) -> c.Origin:
    """What was suggested and decided; the store has withheld what only the factory sees."""
    return c.Origin(
        suggested=file.origin,
        decided=file.holds.decided if file.holds else "",
        shares=dict(file.shares),
        reasons=tuple(map(_reason, file.reasons)),
        not_known=len(file.not_known),
    )


def _reason(row: ReasonRow) -> c.Reason:
    return c.Reason(
        signal=row.signal,
        name=both(row.name),
        words=both(row.words),
        weights=dict(sorted(row.weights.items())),
    )


def statement(row: SignedRow, number: int) -> c.Statement:
    """A manifest, and where its signed bytes lie in the pack."""
    said = manifest_of(row.body)
    verdict = row.verdict
    if verdict == "verified" and not is_provable(row):
        verdict = "key_gone"  # it was verified when it came; its key is no longer kept
    folder = "agent" if verdict == "verified" else "unverified"
    return c.Statement(
        file=f"{folder}/{number:02d}.signed",
        agent_id=row.agent_id,
        key_id=row.key_id,
        verdict=verdict,
        received_at=row.received_at,
        label_serial=said.label_serial if said else "",
        names=tuple(one.sha256 for one in said.items) if said else (),
    )


def is_provable(row: SignedRow) -> bool:
    """Whether the agent's pinned key still is the one that signed these bytes."""
    if row.key is None:
        return False
    key = signing.read_public(row.key)
    is_same = signing.key_id(key) == row.key_id
    return is_same and signing.holds(key, signing.MANIFEST, row.body, row.signature)


def manifest_of(body: bytes) -> Manifest | None:
    """What the signed bytes say; None when a newer agent wrote them."""
    try:
        return wire.decode_manifest(body)
    except wire.WireError:
        return None


def described(words: Both) -> c.Both:
    """The defect in plain words, as the page tells it."""
    return both(Words(en=words.en, zh=words.zh))


def clock(found: Snapshot) -> c.Clock:
    """A clock as it stood at the newest fact."""
    return c.Clock(
        kind=found.kind.value,
        cycle=max(1, found.cycle),
        started_at=found.started_at,
        due_at=found.due_at,
        stopped_at=found.stopped_at,
        is_breached=found.breached_at is not None,
        is_provisional=found.is_provisional,
        paused_days=found.paused_days,
        pause=found.pause_reason,
    )
