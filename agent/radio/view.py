"""What a radio rule may look at: a device's closed days, and those of its siblings. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from agent.radio.day import RadioDay
from agent.radio.plan import Rest, rest_of
from agent.radio.usual import Standing, stand


@dataclass(frozen=True, slots=True, kw_only=True)
class RadioView:
    """Days by date, oldest first; ``day`` is the one that has just closed.

    ``siblings``: of the same site, or of the same agent where they were on the same cell and
    band that day; at most 16.
    """

    day: date
    days: Mapping[date, RadioDay]
    siblings: Mapping[str, Mapping[date, RadioDay]] = field(default_factory=dict)
    plan_bytes: float | None = None  # the owner's word
    standing: Standing | None = field(init=False, default=None)
    rest: Rest | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Work out once what several rules and the daily readings ask for."""
        standing = stand(self.days, self.day, self.siblings.values())
        object.__setattr__(self, "standing", standing)
        object.__setattr__(self, "rest", rest_of(self.days, self.day, plan_bytes=self.plan_bytes))

    @property
    def today(self) -> RadioDay | None:
        """The day that has just closed."""
        return self.days.get(self.day)
