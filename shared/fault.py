"""Faults: the states of one fault of one device, and the events that tell its episode."""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

from shared.device import DeviceFacts
from shared.evidence import SignedManifest
from shared.identity import EventId
from shared.limits import Name, Text
from shared.moment import Moment
from shared.profile import ProfileUsed
from shared.reading import Reading


class FaultState(enum.Enum):
    """Where a fault stands; an episode runs from OPEN to CLEARED."""

    HEALTHY = "healthy"
    SUSPECTED = "suspected"
    OPEN = "open"
    FLAPPING = "flapping"
    CLEARED = "cleared"


class FaultKind(enum.Enum):
    """What happened to an episode."""

    OPENED = "opened"
    CLEARED = "cleared"
    FLAPPING = "flapping"
    CONFIRMED = "confirmed"  # still there after more independent observations


class FaultEvent(msgspec.Struct, frozen=True, array_like=True, tag="fault", kw_only=False):
    """One step of an episode; the opening event's own identity names the episode.

    ``episode`` is None in the opening event (it is this event) and set in every later one.
    ``code`` is a catalogue code; a collector that does not know it keeps the event all the same.
    """

    kind: FaultKind
    code: Name
    device: DeviceFacts
    episode: EventId | None
    onset_at: Moment  # first of the findings that opened it, by the agent's clock
    observed_at: Moment
    summary_en: Text
    summary_zh: Text
    because: Annotated[tuple[Reading, ...], msgspec.Meta(max_length=48)] = ()
    manifest: SignedManifest | None = None
    observations: Annotated[int, msgspec.Meta(ge=0, le=10**6)] = 0
    recorder_firmware: Annotated[str, msgspec.Meta(max_length=80)] = ""
    proof: Annotated[str, msgspec.Meta(max_length=16)] = ""  # of catalogue_entry.Proof; "" as there
    profile: ProfileUsed | None = None  # None: it rests on nothing that a profile extracted
    module_code: Annotated[str, msgspec.Meta(max_length=64)] = ""  # the factory's, of the component


class EvidenceAdded(msgspec.Struct, frozen=True, array_like=True, tag="evidence"):
    """A further manifest of an episode, or (without one) the reference picture of a device."""

    device: DeviceFacts
    episode: EventId | None
    manifest: SignedManifest


class OpenEpisode(msgspec.Struct, frozen=True, array_like=True):
    """One line of a snapshot."""

    episode: EventId
    device_id: Name
    code: Name
    state: FaultState
    onset_at: Moment


class EpisodeSnapshot(msgspec.Struct, frozen=True, array_like=True, tag="snapshot"):
    """All open episodes of an agent, sent on connect so that orphans reconcile."""

    taken_at: Moment
    episodes: Annotated[tuple[OpenEpisode, ...], msgspec.Meta(max_length=512)] = ()
