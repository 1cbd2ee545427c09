"""Rows of table episode: one fault of one device from opening to clearing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, select, update

from collector.store.tables import episode
from collector.store.upsert import insert_row
from shared.fault import FaultState
from shared.identity import EventId
from shared.profile import UNKNOWN, ProfileUsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An episode that is stored already."""

    id: int
    state: FaultState
    told: bool  # its opening event (not only a later one) has been read
    proof: str = ""  # what it rests on so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an event says of its episode."""

    code: str
    agent_onset_at: datetime
    summary_en: str
    summary_zh: str
    because_json: str
    observations: int
    label_serial: str
    serial_source: str
    serial_note_en: str
    serial_note_zh: str
    aliases: str
    firmware: str
    recorder_firmware: str
    proof: str = ""  # a value of catalogue_entry.Proof; '' as the code promises
    profile: ProfileUsed | None = None  # None: nothing that a profile extracted
    module_code: str = ""  # the factory's, of the component; '' where no profile states one


def find(db: Connection, *, agent_id: str, identity: EventId) -> Known | None:
    """The episode that this opening identity names; None when it is new."""
    row = db.execute(
        select(episode.c.id, episode.c.state, episode.c.summary_en, episode.c.proof).where(
            episode.c.agent_id == agent_id,
            episode.c.epoch == str(identity.epoch),
            episode.c.seq == identity.seq,
        )
    ).one_or_none()
    if row is None:
        return None
    return Known(id=row.id, state=FaultState(row.state), told=bool(row.summary_en), proof=row.proof)


def add(
    db: Connection,
    *,
    agent_id: str,
    identity: EventId,
    position_id: int,
    organisation_id: str,
    state: FaultState,
    told: Told,
    received_at: datetime,
) -> int:
    """A new episode, which began when it was received, by our clock. Returns its id."""
    return insert_row(
        db,
        episode,
        agent_id=agent_id,
        epoch=str(identity.epoch),
        seq=identity.seq,
        position_id=position_id,
        organisation_id=organisation_id,
        code=told.code,
        state=state.value,
        onset_at=received_at,
        agent_onset_at=told.agent_onset_at,
        opened_at=received_at,
        cleared_at=received_at if state is FaultState.CLEARED else None,
        summary_en=told.summary_en,
        summary_zh=told.summary_zh,
        because_json=told.because_json,
        observations=told.observations,
        label_serial=told.label_serial,
        serial_source=told.serial_source,
        serial_note_en=told.serial_note_en,
        serial_note_zh=told.serial_note_zh,
        aliases=told.aliases,
        firmware=told.firmware,
        recorder_firmware=told.recorder_firmware,
        proof=told.proof,
        module_code=told.module_code,
        **_profile(told.profile),
    )


def tell(db: Connection, *, episode_id: int, told: Told, received_at: datetime) -> None:
    """Fill in what the opening event says, when a later event was taken before it.

    One that came earlier all the same, and waited in quarantine, says when the episode began.
    """
    db.execute(
        update(episode)
        .where(episode.c.id == episode_id)
        .values(
            summary_en=told.summary_en,
            summary_zh=told.summary_zh,
            because_json=told.because_json,
            label_serial=told.label_serial,
            serial_source=told.serial_source,
            serial_note_en=told.serial_note_en,
            serial_note_zh=told.serial_note_zh,
            aliases=told.aliases,
            firmware=told.firmware,
            recorder_firmware=told.recorder_firmware,
            proof=told.proof,
            module_code=told.module_code,
            **_profile(told.profile),
        )
    )
    db.execute(
        update(episode)
        .where(episode.c.id == episode_id, episode.c.onset_at > received_at)
        .values(onset_at=received_at, opened_at=received_at)
    )


def prove(db: Connection, *, episode_id: int, told: Told) -> None:
    """Something better than what opened it proves the episode now, and says why."""
    db.execute(
        update(episode)
        .where(episode.c.id == episode_id)
        .values(
            proof=told.proof,
            summary_en=told.summary_en,
            summary_zh=told.summary_zh,
            because_json=told.because_json,
            **_profile(told.profile),
        )
    )


def _profile(used: ProfileUsed | None) -> dict[str, str]:
    if used is None:
        return {"profile_id": "", "profile_hash": "", "profile_status": "", "profile_names": "[]"}
    return {
        "profile_id": used.id,
        "profile_hash": used.hash,
        "profile_status": used.status or UNKNOWN,
        "profile_names": msgspec.json.encode(used.names).decode(),
    }


def set_state(
    db: Connection, *, episode_id: int, state: FaultState, observations: int | None, now: datetime
) -> bool:
    """Move an episode on; a cleared one stays cleared (False): an episode ends once."""
    values: dict[str, object] = {"state": state.value}
    if observations is not None:
        values["observations"] = observations
    if state is FaultState.CLEARED:
        values["cleared_at"] = now
    found = db.execute(
        update(episode)
        .where(episode.c.id == episode_id, episode.c.cleared_at.is_(None))
        .values(values)
    )
    return found.rowcount == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """An episode that is open at the collector."""

    id: int
    identity: tuple[str, int]  # epoch as text, seq
    position_id: int
    code: str


def open_of_agent(db: Connection, agent_id: str) -> tuple[Open, ...]:
    """Every episode of this agent that has not cleared."""
    rows = db.execute(
        select(
            episode.c.id, episode.c.epoch, episode.c.seq, episode.c.position_id, episode.c.code
        ).where(episode.c.agent_id == agent_id, episode.c.cleared_at.is_(None))
    )
    return tuple(
        Open(id=r.id, identity=(r.epoch, r.seq), position_id=r.position_id, code=r.code)
        for r in rows
    )
