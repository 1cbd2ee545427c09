"""Reads what a due decision is made from: episode, position, agent, site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from collector.claims.serials import swapped
from collector.store import aliases, units
from collector.store.tables import agent, decision, episode, position
from shared.device import Alias, SerialSource

_CASE: Final = (
    select(
        decision.c.id.label("decision_id"),
        decision.c.incident_id,
        decision.c.organisation_id,
        decision.c.episode_id,
        episode.c.code,
        episode.c.onset_at,
        episode.c.cleared_at,
        episode.c.summary_en,
        episode.c.summary_zh,
        episode.c.label_serial,
        episode.c.serial_source,
        episode.c.serial_note_en,
        episode.c.serial_note_zh,
        episode.c.aliases,
        episode.c.firmware,
        episode.c.recorder_firmware,
        episode.c.proof,
        episode.c.because_json,
        episode.c.profile_id,
        episode.c.profile_hash,
        episode.c.profile_status,
        episode.c.profile_names,
        position.c.label_serial.label("position_serial"),
        position.c.id.label("position_id"),
        position.c.site_id,
        position.c.model,
        position.c.serial_source.label("position_source"),
        position.c.aliases.label("position_aliases"),
        agent.c.silent_since,
        agent.c.quiet_until,
        agent.c.promised_within_s,
        agent.c.clock_off_s,
    )
    .join(episode, episode.c.id == decision.c.episode_id)
    .join(position, position.c.id == episode.c.position_id)
    .join(agent, agent.c.id == episode.c.agent_id)
    .where(decision.c.id == bindparam("decided"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A label serial ('' for none), how it was obtained, and the names beside it."""

    label_serial: str
    serial_source: str
    aliases: tuple[Alias, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An episode that is due, with everything stored around it."""

    decision_id: int
    incident_id: int | None  # the incident that explained it once, and is over
    organisation_id: str
    episode_id: int
    code: str
    onset_at: datetime
    cleared_at: datetime | None
    summary_en: str
    summary_zh: str
    label_serial: str
    serial_note_en: str
    serial_note_zh: str
    aliases: tuple[Alias, ...]  # as the event named them
    exchanged: bool  # another device hangs at the position now
    firmware: str
    recorder_firmware: str
    proof: str  # a value of Proof; '' as the code promises
    because_json: str
    profile_id: str
    profile_hash: str
    profile_status: str  # '' where it rests on nothing that a profile extracted
    profile_names: str
    position_id: int
    site_id: str
    model: str
    serial_source: str
    silent_since: datetime | None
    quiet_until: datetime | None
    promised_within_s: float | None
    clock_off_s: float | None


def read(db: Connection, *, decision_id: int) -> Case:
    """The case of a decision; NoResultFound when there is no such decision."""
    row = db.execute(_CASE, {"decided": decision_id}).one()
    facts = dict(row._mapping)
    here = Identity(
        label_serial=facts.pop("position_serial"),
        serial_source=facts.pop("position_source"),
        aliases=aliases.read(facts.pop("position_aliases")),
    )
    named = aliases.read(facts.pop("aliases"))
    exchanged = swapped(named, here.aliases)
    if not facts["label_serial"] and not facts["serial_note_en"]:
        known_later = _known_later(db, named, here, exchanged=exchanged)
        facts["label_serial"] = known_later.label_serial
        facts["serial_source"] = known_later.serial_source
    return Case(**facts, aliases=named, exchanged=exchanged)


def _known_later(
    db: Connection, named: tuple[Alias, ...], here: Identity, *, exchanged: bool
) -> Identity:
    """The serial that was not known when the event came: from the registry, imported since, or
    from the position, unless another device hangs there now."""
    registered = units.serials_named(db, named)
    if len(registered) == 1:
        (serial,) = registered
        return Identity(
            label_serial=serial, serial_source=SerialSource.REGISTRY.value, aliases=named
        )
    if exchanged or len(registered) > 1:
        return Identity(label_serial="", serial_source=SerialSource.NONE.value, aliases=named)
    return here


def unreachable_at(db: Connection, *, site_id: str) -> int:
    """How many positions of the site have an open device.unreachable."""
    return int(
        db.execute(
            select(func.count(func.distinct(episode.c.position_id)))
            .join(position, position.c.id == episode.c.position_id)
            .where(
                position.c.site_id == site_id,
                episode.c.code == "device.unreachable",
                episode.c.cleared_at.is_(None),
            )
        ).scalar_one()
    )
