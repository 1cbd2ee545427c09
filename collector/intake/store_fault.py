"""Stores fault events, further evidence and snapshots: episodes, and decisions made due."""

from __future__ import annotations

from typing import Final

import msgspec

from collector.intake.positions import bare_position, place_of
from collector.intake.refusal import Refusal
from collector.intake.room import Row
from collector.intake.store_evidence import store_manifest
from collector.store import (
    agents,
    aliases,
    decisions,
    episodes,
    evidence,
    firmware_changes,
    positions,
    tasks,
)
from collector.store.episodes import Told
from shared.catalogue_entry import Proof
from shared.device import SerialSource
from shared.fault import (
    EpisodeSnapshot,
    EvidenceAdded,
    FaultEvent,
    FaultKind,
    FaultState,
    OpenEpisode,
)
from shared.identity import EventId

SNAPSHOT_LIMIT: Final = 512  # a full snapshot may leave episodes out: then nothing is concluded

_STATE: Final = {
    FaultKind.OPENED: FaultState.OPEN,
    FaultKind.CONFIRMED: FaultState.OPEN,
    FaultKind.FLAPPING: FaultState.FLAPPING,
    FaultKind.CLEARED: FaultState.CLEARED,
}


def store_fault(event: FaultEvent, row: Row) -> None:
    """Move the episode on; a new one gets its decision, due when the policy says."""
    identity = event.episode or row.identity
    if event.episode is None and event.kind is not FaultKind.OPENED:
        raise Refusal("fault.no_episode", f"a {event.kind.value} event names no episode")
    place = place_of(event.device, row, recorder_firmware=event.recorder_firmware)
    if event.recorder_firmware and agents.is_news(row.agent, row.identity, is_live=row.is_live):
        agents.note_recorder(row.db, agent_id=row.agent.id, firmware=event.recorder_firmware)
        firmware_changes.note_recorder(
            row.db,
            organisation_id=row.agent.organisation_id,
            agent_id=row.agent.id,
            firmware=event.recorder_firmware,
            at=row.received_at,
        )
    known = episodes.find(row.db, agent_id=row.agent.id, identity=identity)
    told = Told(
        code=event.code,
        agent_onset_at=event.onset_at,
        summary_en=event.summary_en,
        summary_zh=event.summary_zh,
        because_json=msgspec.json.encode(event.because).decode(),
        observations=event.observations,
        label_serial=place.serial.value,
        serial_source=place.serial.source.value,
        serial_note_en=place.serial.note_en,
        serial_note_zh=place.serial.note_zh,
        aliases=aliases.write(place.aliases),
        firmware=place.firmware,
        recorder_firmware=event.recorder_firmware or row.agent.recorder_firmware,
        # A proof that overtook the opening is not taken back by it.
        proof=event.proof or (known.proof if known else ""),
        profile=event.profile,
        module_code=event.module_code,
    )
    state = _STATE[event.kind]
    if known is None:
        episode_id = _begin(identity, row, position_id=place.id, state=state, told=told)
    else:
        episode_id = known.id
        if event.kind is FaultKind.OPENED or not known.told:
            episodes.tell(row.db, episode_id=episode_id, told=told, received_at=row.received_at)
        elif _is_proven(event) and known.proof != event.proof:
            # It may be claimable now, and was in shadow; what was claimed stays one finding.
            episodes.prove(row.db, episode_id=episode_id, told=told)
            decisions.ask_again(row.db, episode_id=episode_id, due_at=row.now)
        if event.kind is not FaultKind.OPENED:
            episodes.set_state(
                row.db,
                episode_id=episode_id,
                state=state,
                observations=event.observations,
                now=row.received_at,
            )
    if state is FaultState.CLEARED:
        tasks.close(row.db, position_id=place.id, code=event.code, now=row.now)
    _note_readings(event, row, position_id=place.id)
    if event.manifest is not None:
        store_manifest(
            event.manifest,
            row,
            episode=identity,
            episode_id=episode_id,
            position_id=place.id,
            is_news=place.is_news,
        )


def _is_proven(event: FaultEvent) -> bool:
    return event.kind is FaultKind.CONFIRMED and event.proof == Proof.EXPERIMENT.value


def _begin(identity: EventId, row: Row, *, position_id: int, state: FaultState, told: Told) -> int:
    episode_id = episodes.add(
        row.db,
        agent_id=row.agent.id,
        identity=identity,
        position_id=position_id,
        organisation_id=row.agent.organisation_id,
        state=state,
        told=told,
        received_at=row.received_at,
    )
    wait = row.room.policy.due_after(told.code, row.agent.promised_within_s)
    decisions.add(
        row.db,
        episode_id=episode_id,
        organisation_id=row.agent.organisation_id,
        due_at=row.now + wait,
    )
    evidence.link_early_manifests(
        row.db, agent_id=row.agent.id, identity=identity, episode_id=episode_id
    )
    return episode_id


def _note_readings(event: FaultEvent, row: Row, *, position_id: int) -> None:
    for reading in event.because:
        positions.note_reading(
            row.db,
            position_id=position_id,
            organisation_id=row.agent.organisation_id,
            reading=reading,
            taken_at=min(reading.taken_at, row.received_at),
            now=row.received_at,
        )


def store_evidence_added(event: EvidenceAdded, row: Row) -> None:
    """Keep a further manifest; one that overtook its episode is linked when that comes."""
    place = place_of(event.device, row)
    known = (
        episodes.find(row.db, agent_id=row.agent.id, identity=event.episode)
        if event.episode
        else None
    )
    store_manifest(
        event.manifest,
        row,
        episode=event.episode,
        episode_id=known.id if known else None,
        position_id=place.id,
        is_news=place.is_news,
    )


def store_snapshot(snapshot: EpisodeSnapshot, row: Row) -> None:
    """Reconcile: open what the agent says is open, clear what it no longer knows of.

    An episode that this agent opened before the snapshot and does not list has ended: its
    clearing was lost, or the agent began a new epoch and would open the fault anew.
    """
    listed: set[tuple[str, int]] = set()
    for line in snapshot.episodes:
        listed.add((str(line.episode.epoch), line.episode.seq))
        if episodes.find(row.db, agent_id=row.agent.id, identity=line.episode) is None:
            _begin_from_snapshot(line, row)
    if len(snapshot.episodes) >= SNAPSHOT_LIMIT:
        return
    for opened in episodes.open_of_agent(row.db, row.agent.id):
        epoch, seq = opened.identity
        later = epoch == str(row.identity.epoch) and seq > row.identity.seq
        if opened.identity in listed or later or _is_newer_epoch(epoch, row):
            continue
        episodes.set_state(
            row.db,
            episode_id=opened.id,
            state=FaultState.CLEARED,
            observations=None,
            now=row.now,
        )
        tasks.close(row.db, position_id=opened.position_id, code=opened.code, now=row.now)


def _is_newer_epoch(epoch: str, row: Row) -> bool:
    """True for an epoch after the snapshot's: an old snapshot says nothing about it."""
    return int(epoch.partition("-")[0]) > row.identity.epoch.counter


def _begin_from_snapshot(line: OpenEpisode, row: Row) -> None:
    if line.state not in (FaultState.OPEN, FaultState.FLAPPING):
        return
    told = Told(
        code=line.code,
        agent_onset_at=line.onset_at,
        summary_en="",
        summary_zh="",
        because_json="[]",
        observations=0,
        label_serial="",
        serial_source=SerialSource.NONE.value,
        serial_note_en="",
        serial_note_zh="",
        aliases="[]",
        firmware="",
        recorder_firmware=row.agent.recorder_firmware,
    )
    position_id = bare_position(line.device_id, row)
    _begin(line.episode, row, position_id=position_id, state=line.state, told=told)
