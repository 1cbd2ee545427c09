"""Which pushed picture counts as a look, and how patient rules are with a camera that sends; pure.

Motion sends twenty pictures in a minute and then none for hours. The diagnosis counts findings
(N of M) and asks that they lie apart; so of a burst only the first picture is judged, at the pace
at which the picture probe would have come. The others say that the camera lives, and no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from agent.diagnosis.rule import Rule
from shared.reading import Reading

TRIES: Final = 3
"""Pictures of one look that may fail to decode: an upload that was cut comes again at once."""


def is_look(at: datetime, *, looked_at: datetime | None, every: timedelta) -> bool:
    """Whether a picture of this moment is a look of its own; a clock set back begins anew."""
    return looked_at is None or not timedelta(0) <= at - looked_at < every


def is_news(
    readings: Sequence[Reading],
    latest: Mapping[str, Reading],
    *,
    judged: AbstractSet[str],
    every: timedelta,
    at: datetime,
) -> bool:
    """Whether an event is judged: at the pace at which vendors' values would have been read.

    It is where a value that a rule judges was not read for so long, or another one has changed.
    Events are kept or left whole, since a rule may want several values of one moment.
    """
    for reading in readings:
        before = latest.get(reading.name)
        if before is None or not timedelta(0) <= at - before.taken_at < every:
            return True
        same = (before.value, before.quality) == (reading.value, reading.quality)
        if reading.name not in judged and not same:
            return True
    return False


def patient(rules: Sequence[Rule], *, expect_every: timedelta) -> tuple[Rule, ...]:
    """The rules with suspicions that outlive three promised pushes.

    By default a suspicion goes cold after two days: of a camera that sends once a day no fault
    would ever open.
    """
    least = 3 * expect_every
    return tuple(
        replace(
            rule,
            persistence=replace(
                rule.persistence, forget_after=max(rule.persistence.forget_after, least)
            ),
        )
        for rule in rules
    )
