"""What a rule is: it judges readings, and reads no clock, no file and no camera."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from agent.camera.port import LoginKind
from agent.diagnosis.levels import Levels
from agent.diagnosis.pictures.acceptance import Acceptance
from agent.diagnosis.pictures.baseline import PictureBaseline
from agent.diagnosis.pictures.spread import Norm
from agent.energy.view import EnergyView
from agent.radio.view import RadioView
from shared.profile import ProfileUsed
from shared.reading import Reading

LONGEST_GAP = timedelta(hours=4)
"""Between two visits; in a longer gap nobody watched, or the clock was set (UTC+8 is 8 h off)."""
HISTORY_PER_NAME = 480
"""Readings of one name that a rule may want to look back on: ten days at one in 30 minutes."""


class Verdict(enum.Enum):
    """What the good readings say; NO_VERDICT neither opens nor clears anything.

    A finding without a verdict is *unsure*, and says what would settle it, or *unsupported*.
    """

    FAULT = "fault"
    HEALTHY = "healthy"
    NO_VERDICT = "no verdict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A verdict with its reason in words, and the readings behind it."""

    code: str
    verdict: Verdict
    summary_en: str
    summary_zh: str
    because: tuple[Reading, ...] = ()
    settle_en: str = ""  # without a verdict: what would settle the question
    settle_zh: str = ""
    is_unsupported: bool = False  # without a verdict: this device can never tell
    is_of_other_kind: bool = False  # without a verdict: not the size or source it is known by
    profile: ProfileUsed | None = None  # that extracted readings it rests on; ``diagnose`` says so

    @property
    def word(self) -> str:
        """One of "fault", "healthy", "unsure", "unsupported"."""
        if self.verdict is not Verdict.NO_VERDICT:
            return str(self.verdict.value)
        return "unsupported" if self.is_unsupported else "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Persistence:
    """How many good findings open and clear a fault.

    Opens on ``open_n`` of the last ``open_m``, clears on ``clear_n`` of the last ``clear_m``
    (3 of 5 and 5 of 5 are the project's defaults, at the probe's own pace). With ``open_span``
    the findings of fault must reach at least so far apart, and the same share of all findings in
    that span is asked for: a lorry before the lens for an hour is no fault. ``flap_count``
    openings and clearings within ``flap_within`` make it flapping. A standing fault is confirmed
    after ``confirm_n`` more findings, and then once in ``confirm_every``. A suspicion whose newest
    finding is older than ``forgotten_after`` has gone cold, and begins anew.
    """

    open_n: int = 3
    open_m: int = 5
    clear_n: int = 5
    clear_m: int = 5
    flap_count: int = 4
    flap_within: timedelta = timedelta(hours=24)
    confirm_n: int = 3
    confirm_every: timedelta = timedelta(hours=24)
    open_span: timedelta = timedelta(0)
    forget_after: timedelta = timedelta(days=2)

    @property
    def forgotten_after(self) -> timedelta:
        """For how long a suspicion outlives silence: ``forget_after``, or four spans if longer.

        Two days, since the slowest rules look once a day: a login is held back for 24 h at most,
        a battery's camera may be visited daily, and what is judged by daylight or in the dark
        alone comes a day apart. With the tenth that visits come late by, two days hold a daily one;
        who misses one begins anew: late, not wrong. Four spans, so that a rule that is stretched
        (``span_factor``) can still fill its span with visits that are far apart.
        """
        return max(self.forget_after, 4 * self.open_span)

    def __post_init__(self) -> None:
        """Refuse counts that could never open or never clear; ValueError."""
        for n, m in ((self.open_n, self.open_m), (self.clear_n, self.clear_m)):
            if not 1 <= n <= m:
                raise ValueError(f"{n} of {m} is no persistence: need 1 <= n <= m")
        if self.flap_count < 2:
            raise ValueError("flapping needs at least two changes")
        if self.open_span < timedelta(0):
            raise ValueError("findings cannot span less than nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sibling:
    """Another camera of the same site, as a control: weather and dusk meet them all.

    ``figures`` are the good figures of its newest picture, without "picture.", none of them older
    than two hours; ``norms`` what is usual for them on that camera in that light, where known.
    """

    device_id: str
    figures: Mapping[str, float]
    light: str = ""  # of that picture
    norms: Mapping[str, Norm] = field(default_factory=dict)
    suspected: frozenset[str] = frozenset()  # codes held against it: there it is no witness


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """All that a rule may look at.

    ``readings`` holds the latest reading of each name, those of this pass first; ``history``
    the earlier ones of a name, oldest first, without this pass, bounded; ``fresh`` the names
    read in this pass; ``baselines`` what this camera's good pictures look like, by light, and
    ``acceptances`` what it looked like on the day that it was accepted.
    """

    now: datetime
    readings: Mapping[str, Reading]
    history: Mapping[str, tuple[Reading, ...]] = field(default_factory=dict)
    fresh: frozenset[str] = frozenset()
    levels: Levels = field(default_factory=Levels)
    recorder_login: LoginKind = LoginKind.NONE
    label_serial: str = ""  # from the configuration; '' when it names none
    baselines: Mapping[str, PictureBaseline] = field(default_factory=dict)
    acceptances: Mapping[str, Acceptance] = field(default_factory=dict)
    sun_elevation_deg: float | None = None  # above the horizon; None where the site is not known
    is_sun_certain: bool = True  # False: computed, and no camera's days have borne it out yet
    siblings: tuple[Sibling, ...] = ()
    is_outdoor: bool = False  # the owner's word: daylight falls on what it sees
    dim_days: tuple[datetime, ...] = ()  # since it saw clearly last, when each first was dim
    named_at: datetime | None = None  # when it last said who it is; None: it never did
    filter_moved_at: datetime | None = None  # in the last active test, same device and firmware
    asleep_until: datetime | None = None  # until then silence may be sleep; None: it is none
    energy: EnergyView | None = None  # in the pass that closes a day alone
    radio: RadioView | None = None  # in the pass that closes a day alone
    data_plan_bytes: float | None = None  # a month, as the owner says
    uplink_faults: frozenset[str] = frozenset()  # open at the gateway through which it is reached
    worked_out: dict[str, Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )  # what several rules ask of this view, so that it is worked out once

    @property
    def certain_sun_deg(self) -> float | None:
        """The sun that may convict a camera; a wrong clock or longitude must not."""
        return self.sun_elevation_deg if self.is_sun_certain else None

    def fresh_reading(self, name: str) -> Reading | None:
        """The reading of this pass, whatever its quality; None when it was not read now."""
        return self.readings.get(name) if name in self.fresh else None

    def number(self, name: str) -> float | None:
        """The good number read in this pass, else None."""
        reading = self.fresh_reading(name)
        return None if reading is None else reading.number()

    def text(self, name: str) -> str | None:
        """The good text read in this pass, else None."""
        reading = self.fresh_reading(name)
        good = reading is not None and reading.good and isinstance(reading.value, str)
        return str(reading.value) if good and reading is not None else None

    def flag(self, name: str) -> bool | None:
        """The good yes or no read in this pass, else None."""
        reading = self.fresh_reading(name)
        good = reading is not None and reading.good and isinstance(reading.value, bool)
        return bool(reading.value) if good and reading is not None else None

    def watched(
        self, readings: Iterable[Reading], *, longest_gap: timedelta = LONGEST_GAP
    ) -> timedelta:
        """How long these readings, oldest first, were watched up to now.

        A gap beyond ``longest_gap``, or one that runs backwards, counts for nothing: the agent
        was off or its clock was set, and neither shows that a fault went on.
        """
        moments = [*(reading.taken_at for reading in readings), self.now]
        gaps = (later - earlier for earlier, later in pairwise(moments))
        return sum((gap for gap in gaps if timedelta(0) < gap <= longest_gap), timedelta(0))

    def because(self, *names: str) -> tuple[Reading, ...]:
        """The readings of these names as they are known, in this order."""
        return tuple(self.readings[name] for name in names if name in self.readings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Judged when one of ``needs`` was read in this pass.

    ``looks_back`` names the readings whose history it wants. A rule that may judge a device
    that does not answer says so; all others are silent then.
    """

    code: str
    needs: tuple[str, ...]
    judge: Callable[[View], Finding]
    persistence: Persistence = field(default_factory=Persistence)
    looks_back: tuple[str, ...] = ()
    judges_unreachable: bool = False
