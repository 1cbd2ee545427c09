"""When a refused login is tried again: late, and much later the next time; pure.

Common firmware locks an account after 5 to 7 wrong attempts within 5 to 30 minutes, and one pass
costs two. An hour, then eight, then a day between passes that log in stay below that.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from shared.reading import Reading

OUTCOME: Final = "login.outcome"
RETRY: Final = timedelta(hours=1)
LONGEST: Final = timedelta(hours=24)
AFTER_START: Final = timedelta(minutes=15)
"""A restart may come from a person who has corrected the password: it waits no longer than this."""
_REFUSALS: Final = frozenset({"refused", "locked"})
_STEP: Final = 8
_MAX_STEPS: Final = 3


def held_until(
    outcomes: Sequence[Reading], *, retry: timedelta, longest: timedelta = LONGEST
) -> datetime | None:
    """Until when nothing may log in, from ``login.outcome`` readings, oldest first.

    None when the last good outcome was not a refusal. The wait begins with ``retry`` and is
    eight times as long after each further refusal in a row, up to ``longest``.
    """
    known = [reading for reading in outcomes if reading.good]
    refusals = 0
    for reading in reversed(known):
        if reading.value not in _REFUSALS:
            break
        refusals += 1
    if not refusals:
        return None
    wait = min(retry * int(_STEP ** min(refusals - 1, _MAX_STEPS)), longest)
    since = known[-1].taken_at
    return since + wait
