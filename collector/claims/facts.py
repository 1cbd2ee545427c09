"""What a decision is made from: the episode, its device, its site. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from collector.claims.dead_device import DeadFacts
from collector.claims.profiles import ProfileFacts
from collector.claims.silence import Silence
from collector.claims.unit_facts import SeenFacts, UnitFacts

__all__ = ["Facts", "FixFacts", "LossFacts", "SiteFacts", "TrustFacts", "UnitFacts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LossFacts:
    """An outage that covers the position; ``incident_id`` None while it is not settled which."""

    incident_id: int | None
    began_at: datetime
    text_en: str = ""
    text_zh: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """How the site stands at the moment of the decision."""

    loss: LossFacts | None = None
    agent_silent_since: datetime | None = None
    agent_quiet_until: datetime | None = None  # closed by its data plan, and not heard since
    promised_within_s: float | None = None
    agent_clock_off: timedelta = timedelta(0)  # at its last health message, by our clock


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustFacts:
    """What engineers have said of such verdicts on this model, and of this very one."""

    is_earned: bool = False
    is_stopped: bool = False  # found wrong too often, whatever the policy or its proof say
    how_en: str = ""  # how the record stands against the policy's bar
    how_zh: str = ""
    is_ruled_wrong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FixFacts:
    """The firmware that mends this fault, as an engineer named it, and what this device runs."""

    fixed_in: str
    runs: str
    is_in: bool | None  # whether what it runs holds the mending; None: that cannot be ordered
    is_seen: bool  # the fault was found on what it runs now
    case_id: int | None  # of its organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One episode that is due; ``unit`` is None when the registry does not know the serial."""

    code: str
    onset_at: datetime  # collector time of receipt
    cleared_at: datetime | None = None
    label_serial: str = ""
    unit: UnitFacts | None = None
    twins: tuple[str, ...] = ()  # other positions where the same serial is alive
    first_seen_at: datetime | None = None  # when an agent first saw this serial anywhere
    macs: tuple[str, ...] = ()
    note_en: str = ""  # what is odd about the identity, for the reason
    note_zh: str = ""
    site: SiteFacts = SiteFacts()
    trust: TrustFacts = TrustFacts()
    proof: str = ""  # a value of Proof that the event states; '' as the code promises
    profile: ProfileFacts | None = None  # that extracted what the fault rests on
    silences: tuple[Silence, ...] = ()  # that held at some time since the onset
    dead: DeadFacts | None = None  # of a device that does not answer
    fix: FixFacts | None = None  # of a fault that a firmware mends

    @property
    def seen(self) -> SeenFacts:
        """What a warranty is judged by, beside the registry."""
        return SeenFacts(
            onset_at=self.onset_at,
            serial=self.label_serial,
            twins=self.twins,
            first_seen_at=self.first_seen_at,
            macs=self.macs,
        )
