"""What is told of a fault: its events with signed manifests, and further evidence later.

Everything here runs inside the transaction of one pass: the change of state, its event, its
manifest and the chunks commit together or not at all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from agent.camera.port import Exchange, Picture
from agent.delivery import fault_store, keepsake_store, reading_store
from agent.delivery.evidence import (
    EvidenceFile,
    Signer,
    pack_files,
    write_readings,
    write_transcript,
)
from agent.delivery.fault_store import Episode
from agent.delivery.outbox import Outbox
from agent.diagnosis.engine import Diagnosed, FaultMemory, Step
from agent.probes.probe import Attachment
from shared.catalogue import CATALOGUE
from shared.device import DeviceFacts
from shared.evidence import THUMBNAIL, EvidenceKind, Manifest, SignedManifest
from shared.fault import EvidenceAdded, FaultEvent, FaultKind
from shared.identity import EventId

FOLLOW_UP_AFTER_PASSES: Final = 3
REFERENCE_EVERY: Final = timedelta(days=1)
_LOOK_BACK: Final = timedelta(days=10)
_SERIES: Final = 2000  # readings in one file
_MAX_BECAUSE: Final = 48
_TEXT_CHARS: Final = 400
_KIND_OF: Final = {
    Step.OPENED: FaultKind.OPENED,
    Step.CLEARED: FaultKind.CLEARED,
    Step.FLAPPING: FaultKind.FLAPPING,
    Step.CONFIRMED: FaultKind.CONFIRMED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who signs: constant for the life of the process."""

    agent_id: str
    version: str
    recorder_firmware: str
    signer: Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one pass saw of one device, as far as evidence needs it."""

    facts: DeviceFacts
    now: datetime
    pictures: Sequence[Picture]
    attachments: Sequence[Attachment]
    exchanges: Sequence[Exchange]
    proof: str = ""  # a value of Proof when it is another than the catalogue's


class Teller:
    """Appends events and evidence to the outbox, in the caller's transaction."""

    def __init__(self, db: sqlite3.Connection, outbox: Outbox, author: Author) -> None:
        self._db = db
        self._outbox = outbox
        self._author = author

    def tell_step(self, step: Diagnosed, before: FaultMemory | None, seen: Seen) -> FaultMemory:
        """Append the event of one step; the memory to keep, naming its episode."""
        memory = step.memory
        if step.step is Step.OPENED:
            event = self._append_event(step, None, seen, files=self._opening_files(step, seen))
            memory = msgspec.structs.replace(memory, episode=event)
            fault_store.open_episode(
                self._db, event=event, device_id=seen.facts.device_id, memory=memory, now=seen.now
            )
            return memory
        episode = memory.episode or (before.episode if before else None)
        if episode is None:
            return memory  # its opening was never told (a salvaged file): nothing to refer to
        self._append_event(step, episode, seen, files=())
        if step.step is Step.CLEARED:
            fault_store.close_episode(self._db, episode)
            return msgspec.structs.replace(memory, episode=None)
        fault_store.set_episode_state(self._db, episode, memory.state)
        return memory

    def _append_event(
        self,
        step: Diagnosed,
        episode: EventId | None,
        seen: Seen,
        *,
        files: Sequence[EvidenceFile],
    ) -> EventId:
        memory, finding = step.memory, step.finding
        manifest = self._manifest(seen, code=memory.code, episode=episode, files=files)
        event = self._outbox.append(
            FaultEvent(
                kind=_KIND_OF[step.step],
                code=memory.code,
                device=seen.facts,
                episode=episode,
                onset_at=memory.onset_at or seen.now,
                observed_at=seen.now,
                summary_en=finding.summary_en[:_TEXT_CHARS],
                summary_zh=finding.summary_zh[:_TEXT_CHARS],
                because=finding.because[:_MAX_BECAUSE],
                manifest=manifest,
                observations=min(memory.observations, 10**6),
                recorder_firmware=self._author.recorder_firmware,
                proof=seen.proof,
            ),
            now=seen.now,
        )
        self._append_chunks(files, seen.now)
        return event

    def _manifest(
        self, seen: Seen, *, code: str, episode: EventId | None, files: Sequence[EvidenceFile]
    ) -> SignedManifest | None:
        items = pack_files(files).items
        if not items:
            return None
        return self._author.signer.sign(
            Manifest(
                agent_id=self._author.agent_id,
                device_id=seen.facts.device_id,
                label_serial=seen.facts.label_serial,
                code=code,
                episode=episode,
                made_at=seen.now,
                agent_version=self._author.version,
                profile=seen.facts.profile,
                items=items,
            )
        )

    def _append_chunks(self, files: Sequence[EvidenceFile], now: datetime) -> None:
        for chunk in pack_files(files).chunks:
            self._outbox.append(chunk, now=now)

    def _opening_files(self, step: Diagnosed, seen: Seen) -> tuple[EvidenceFile, ...]:
        onset_at = step.memory.onset_at or seen.now
        before = reading_store.between(
            self._db,
            seen.facts.device_id,
            since=onset_at - _LOOK_BACK,
            until=seen.now,
            limit=_SERIES,
        )
        series = write_readings(
            before,
            name="readings-before.jsonl",
            taken_at=seen.now,
            note="readings up to the event that opened this fault",
        )
        # The policy wants a picture with every claim, whatever its fault.
        files = [*_pictures(seen), *_attached(seen)]
        if wants_picture(step.memory.code):
            files += _maps(seen)
        if (
            files
            and wants_picture(step.memory.code)
            and (reference := self._reference(seen.facts.device_id)) is not None
        ):
            files.append(reference)
        transcript = write_transcript(seen.exchanges, taken_at=seen.now)
        return (*files, *(file for file in (transcript, series) if file is not None))

    def _reference(self, device_id: str) -> EvidenceFile | None:
        kept = keepsake_store.read(self._db, device_id, keepsake_store.REFERENCE)
        if kept is None:
            return None
        return EvidenceFile(
            name="reference.jpg",
            kind=EvidenceKind.REFERENCE,
            media_type="image/jpeg",
            content=kept.content,
            taken_at=kept.taken_at,
            note="the same view when no picture fault stood",
        )

    def tell_more(self, episode: Episode, seen: Seen) -> bool:
        """Send the further manifest of an episode when it is time; True when it was appended.

        Once an episode: readings after the onset, this pass's transcript, and a later picture.
        A picture fault waits for a pass that has one.
        """
        if episode.follow_ups or episode.passes < FOLLOW_UP_AFTER_PASSES:
            return False
        pictured = wants_picture(episode.code)
        if pictured and not seen.pictures:
            return False
        series = write_readings(
            reading_store.between(
                self._db,
                episode.device_id,
                since=episode.opened_at,
                until=seen.now,
                limit=_SERIES,
            ),
            name="readings-after.jsonl",
            taken_at=seen.now,
            note=f"readings of {episode.passes} passes since this fault opened",
        )
        transcript = write_transcript(seen.exchanges, taken_at=seen.now)
        files = [*_pictures(seen), *(file for file in (transcript, series) if file is not None)]
        self._add_evidence(seen, code=episode.code, episode=episode.event, files=files)
        fault_store.count_follow_up(self._db, episode.event)
        return True

    def tell_reference(self, seen: Seen) -> bool:
        """Keep and send the picture as the device's reference, once a day; True when sent."""
        sound = [picture for picture in seen.pictures if not picture.damaged and picture.jpeg]
        if not sound:
            return False
        device_id = seen.facts.device_id
        kept = keepsake_store.read(self._db, device_id, keepsake_store.REFERENCE)
        if kept is not None and timedelta(0) <= seen.now - kept.taken_at < REFERENCE_EVERY:
            return False
        picture = sound[0]
        keepsake_store.keep(
            self._db, device_id, keepsake_store.REFERENCE, picture.jpeg, at=picture.taken_at
        )
        reference = self._reference(device_id)
        files = () if reference is None else (reference,)
        self._add_evidence(seen, code="", episode=None, files=files)
        return True

    def tell_pictures(self, seen: Seen) -> None:
        """Send the pictures of this pass, because somebody asked."""
        self._add_evidence(seen, code="", episode=None, files=_pictures(seen))

    def tell_attachment(self, facts: DeviceFacts, found: Attachment, *, now: datetime) -> None:
        """Send a file of a device, such as its own log, because somebody asked."""
        seen = Seen(facts=facts, now=now, pictures=(), attachments=(found,), exchanges=())
        self._add_evidence(seen, code="", episode=None, files=_attached(seen))

    def tell_attachments(
        self, seen: Seen, *, code: str = "", episode: EventId | None = None
    ) -> None:
        """Send the files of an experiment, with its transcript."""
        transcript = write_transcript(seen.exchanges, taken_at=seen.now)
        files = [*_attached(seen), *([transcript] if transcript else [])]
        self._add_evidence(seen, code=code, episode=episode, files=files)

    def _add_evidence(
        self, seen: Seen, *, code: str, episode: EventId | None, files: Sequence[EvidenceFile]
    ) -> None:
        manifest = self._manifest(seen, code=code, episode=episode, files=files)
        if manifest is None:
            return
        self._outbox.append(EvidenceAdded(seen.facts, episode, manifest), now=seen.now)
        self._append_chunks(files, seen.now)


def wants_picture(code: str) -> bool:
    """True when the catalogue asks for a picture as evidence of this fault."""
    entry = CATALOGUE.get(code)
    return entry is not None and EvidenceKind.PICTURE in entry.needs


def _pictures(seen: Seen) -> tuple[EvidenceFile, ...]:
    """The pictures of a pass, each behind its thumbnail where one was made."""
    files: list[EvidenceFile] = []
    for index, picture in enumerate(seen.pictures):
        name = "picture.jpg" if index == 0 else f"picture-{index + 1}.jpg"
        met = "the decoder met errors" if picture.damaged else ""
        if picture.thumbnail:
            note = f"thumbnail of {name}, which comes when the data plan allows it"
            note = f"{note}; {met}" if met else note
            preview = name.replace("picture", THUMBNAIL)
            files.append(_picture(preview, picture, picture.thumbnail, note))
        files.append(_picture(name, picture, picture.jpeg, met))
    return tuple(files)


def _maps(seen: Seen) -> tuple[EvidenceFile, ...]:
    """Where a picture departs from the camera's own reference, in colours.

    Named as a preview: it is shown beside the pictures, and never counts as one.
    """
    note = (
        "map of the departure from the camera's own reference: red is detail lost, blue detail "
        "gained, a magenta frame other edges"
    )
    return tuple(
        _picture(f"{THUMBNAIL}-map.jpg", picture, picture.map, note)
        for picture in seen.pictures[:1]
        if picture.map
    )


def _picture(name: str, picture: Picture, content: bytes, note: str) -> EvidenceFile:
    return EvidenceFile(
        name=name,
        kind=EvidenceKind.PICTURE,
        media_type="image/jpeg",
        content=content,
        taken_at=picture.taken_at,
        note=note,
    )


def _attached(seen: Seen) -> tuple[EvidenceFile, ...]:
    return tuple(
        EvidenceFile(
            name=attachment.name,
            kind=attachment.kind,
            media_type=attachment.media_type,
            content=attachment.content,
            taken_at=attachment.taken_at,
            note=attachment.note,
        )
        for attachment in seen.attachments
    )
