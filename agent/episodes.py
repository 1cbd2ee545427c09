"""What is told of a fault: its events with signed manifests, and further evidence later.

Everything here runs inside the transaction of one pass: the change of state, its event, its
manifest and the chunks commit together or not at all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from agent.camera.port import Clip
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
from agent.diagnosis.engine import Diagnosed
from agent.diagnosis.memory import FaultMemory, Step
from agent.evidence_files import (
    PICTURES,
    TEXT_CHARS,
    Seen,
    attached_files,
    clip_file,
    figures_file,
    map_files,
    not_taken_of,
    picture_files,
    pictures_stay,
    reference_file,
    wants_clip,
    wants_picture,
)
from agent.probes.probe import Attachment
from agent.wanted import Wanted, is_carried
from shared import notes
from shared.device import DeviceFacts
from shared.evidence import EvidenceKind, Manifest, NotTaken, SignedManifest
from shared.fault import EvidenceAdded, FaultEvent, FaultKind
from shared.identity import EventId

FOLLOW_UP_AFTER_PASSES: Final = 3
REFERENCE_EVERY: Final = timedelta(days=1)
_LOOK_BACK: Final = timedelta(days=10)
_SERIES: Final = 2000  # readings in one file
_MAX_BECAUSE: Final = 48
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
    keeps_pictures: frozenset[str] = frozenset()  # devices whose pictures do not leave the site
    module_of: Callable[[DeviceFacts, str], str] = lambda facts, code: ""  # by device and fault

    def permitted(self, device_id: str, files: Sequence[EvidenceFile]) -> tuple[EvidenceFile, ...]:
        """What may leave the site of these files of a device."""
        if device_id not in self.keeps_pictures:
            return tuple(files)
        return tuple(file for file in files if file.kind not in PICTURES)


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
        is_opening = step.step is Step.OPENED
        device_id = seen.facts.device_id
        files = self._author.permitted(device_id, files)
        not_taken = not_taken_of(memory.code, seen) if is_opening else ()
        if is_opening and device_id in self._author.keeps_pictures:
            not_taken = pictures_stay(memory.code)
        manifest = self._manifest(
            seen,
            code=memory.code,
            episode=episode,
            files=files,
            not_taken=not_taken,
        )
        event = self._outbox.append(
            FaultEvent(
                kind=_KIND_OF[step.step],
                code=memory.code,
                device=seen.facts,
                episode=episode,
                onset_at=memory.onset_at or seen.now,
                observed_at=seen.now,
                summary_en=finding.summary_en[:TEXT_CHARS],
                summary_zh=finding.summary_zh[:TEXT_CHARS],
                because=finding.because[:_MAX_BECAUSE],
                manifest=manifest,
                observations=min(memory.observations, 10**6),
                recorder_firmware=self._author.recorder_firmware,
                proof=seen.proof,
                profile=memory.profile,
                module_code=self._author.module_of(seen.facts, memory.code)[:64],
            ),
            now=seen.now,
        )
        self._append_chunks(files, seen.now)
        return event

    def _manifest(
        self,
        seen: Seen,
        *,
        code: str,
        episode: EventId | None,
        files: Sequence[EvidenceFile],
        not_taken: tuple[NotTaken, ...] = (),
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
                not_taken=not_taken,
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
            note=notes.BEFORE,
        )
        # The policy wants a picture with every claim, whatever its fault.
        files = [*picture_files(seen), *attached_files(seen)]
        if wants_picture(step.memory.code):
            files += [*map_files(seen), *figures_file(seen)]
            reference = self._reference(seen) if files else None
            files += [reference] if reference else []
        transcript = write_transcript(seen.exchanges, taken_at=seen.now)
        files += [file for file in (transcript, series) if file is not None]
        return (*files, *self._clips(step.memory.code, seen))  # last: it is the largest

    def _clips(self, code: str, seen: Seen) -> tuple[EvidenceFile, ...]:
        """The clip of this pass where the fault wants one, and a note that it was told."""
        if not isinstance(seen.clip, Clip) or not wants_clip(code):
            return ()
        keepsake_store.keep(self._db, seen.facts.device_id, keepsake_store.CLIP, b"", at=seen.now)
        return (clip_file(seen.clip),)

    def _reference(self, seen: Seen) -> EvidenceFile | None:
        """The picture to set beside this pass's: accepted by a person, else the newest good one.

        In the same light where there is one; another light shows the layout at least.
        """
        light = next((picture.light for picture in seen.pictures), "")
        found = keepsake_store.reference_picture(self._db, seen.facts.device_id, light=light)
        if found is None:
            return None
        return reference_file(found.content, taken_at=found.taken_at, accepted=found.accepted)

    def _accepted_in_other_light(self, seen: Seen) -> tuple[EvidenceFile, ...]:
        """What a person accepted, where the opening had a newer picture of another light beside it.

        A dispute needs it all the same: it is the only picture whose state somebody vouches for.
        """
        accepted = keepsake_store.read_acceptances(self._db, seen.facts.device_id)
        light = next((picture.light for picture in seen.pictures), "")
        if light in accepted or not accepted:
            return ()
        newest = max(accepted.values(), key=lambda one: one.taken_at)
        return (reference_file(newest.jpeg, taken_at=newest.taken_at, accepted=newest),)

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
        series = self._since(episode, seen)
        transcript = write_transcript(seen.exchanges, taken_at=seen.now)
        files = [*picture_files(seen), *(file for file in (transcript, series) if file is not None)]
        files += self._clips(episode.code, seen)
        files += self._accepted_in_other_light(seen) if pictured else ()
        self._add_evidence(seen, code=episode.code, episode=episode.event, files=files)
        fault_store.count_follow_up(self._db, episode.event)
        return True

    def _since(self, episode: Episode, seen: Seen) -> EvidenceFile | None:
        """The readings since the fault began."""
        return write_readings(
            reading_store.between(
                self._db,
                episode.device_id,
                since=episode.opened_at,
                until=seen.now,
                limit=_SERIES,
            ),
            name="readings-after.jsonl",
            taken_at=seen.now,
            note=notes.SINCE,
        )

    def tell_reference(self, seen: Seen) -> bool:
        """Keep and send the picture as the device's reference, once a day; True when sent."""
        sound = [picture for picture in seen.pictures if not picture.damaged and picture.jpeg]
        if not sound:
            return False
        device_id, picture = seen.facts.device_id, sound[0]
        of_light = keepsake_store.healthy_kind(picture.light)
        if self._is_due(device_id, of_light, seen.now):
            keepsake_store.keep(self._db, device_id, of_light, picture.jpeg, at=picture.taken_at)
        if not self._is_due(device_id, keepsake_store.REFERENCE, seen.now):
            return False
        keepsake_store.keep(
            self._db, device_id, keepsake_store.REFERENCE, picture.jpeg, at=picture.taken_at
        )
        files = (reference_file(picture.jpeg, taken_at=picture.taken_at, accepted=None),)
        self._add_evidence(seen, code="", episode=None, files=files)
        return True

    def _is_due(self, device_id: str, kind: str, now: datetime) -> bool:
        kept = keepsake_store.read(self._db, device_id, kind)
        return kept is None or not timedelta(0) <= now - kept.taken_at < REFERENCE_EVERY

    def tell_wanted(self, wanted: Wanted, seen: Seen) -> frozenset[EvidenceKind]:
        """Send what of this pass somebody asked for; a fault's files are filed under it.

        The kinds that went: what the device or the owner does not give is not among them, and
        nothing of a fault that ended in this very visit, or whose device was exchanged.
        """
        episode, kinds = wanted.episode, wanted.kinds
        if episode is not None and not is_carried(self._db, episode):
            return frozenset()
        files = list(picture_files(seen)) if EvidenceKind.PICTURE in kinds else []
        if episode is None:
            return self._add_evidence(seen, code="", episode=None, files=files)
        more = [
            self._reference(seen) if EvidenceKind.REFERENCE in kinds else None,
            write_transcript(seen.exchanges, taken_at=seen.now)
            if EvidenceKind.TRANSCRIPT in kinds
            else None,
            self._since(episode, seen) if EvidenceKind.READINGS in kinds else None,
        ]
        files += [one for one in more if one is not None]
        files += self._clips(episode.code, seen) if EvidenceKind.CLIP in kinds else ()
        return self._add_evidence(seen, code=episode.code, episode=episode.event, files=files)

    def tell_attachment(self, facts: DeviceFacts, found: Attachment, *, now: datetime) -> None:
        """Send a file of a device, such as its own log, because somebody asked."""
        seen = Seen(facts=facts, now=now, pictures=(), attachments=(found,), exchanges=())
        self._add_evidence(seen, code="", episode=None, files=attached_files(seen))

    def tell_attachments(
        self, seen: Seen, *, code: str = "", episode: EventId | None = None
    ) -> None:
        """Send the files of an experiment, with its transcript."""
        transcript = write_transcript(seen.exchanges, taken_at=seen.now)
        files = [*attached_files(seen), *([transcript] if transcript else [])]
        self._add_evidence(seen, code=code, episode=episode, files=files)

    def _add_evidence(
        self, seen: Seen, *, code: str, episode: EventId | None, files: Sequence[EvidenceFile]
    ) -> frozenset[EvidenceKind]:
        files = self._author.permitted(seen.facts.device_id, files)
        manifest = self._manifest(seen, code=code, episode=episode, files=files)
        if manifest is None:
            return frozenset()
        self._outbox.append(EvidenceAdded(seen.facts, episode, manifest), now=seen.now)
        self._append_chunks(files, seen.now)
        return frozenset(file.kind for file in files)
