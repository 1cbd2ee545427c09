"""When a row that was sent and got no receipt is sent again."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from agent.delivery.database import to_us

_LONGEST_WAIT: Final = 5  # resend after 1, 2, 4, 8, 16 intervals, then every 32
# Jitter in percent: 80..120 by row, attempt and salt (Knuth's multiplicative hash), else 100.
OVERDUE: Final = """
    state = 1 AND (sent_us > :now OR sent_us + (:wait << min(attempts - 1, :longest))
        * (:least + (id * 2654435761 + attempts * 40503 + :salt) % :spread) / 100 <= :now)
    AND id NOT IN (SELECT value FROM json_each(:held))
"""


def overdue_at(
    now: datetime, resend_after: timedelta, salt: int | None, held: Collection[int]
) -> dict[str, int | str]:
    """What :data:`OVERDUE` is filled with; without a ``salt`` nothing jitters."""
    return {
        "now": to_us(now),
        "wait": resend_after // timedelta(microseconds=1),
        "longest": _LONGEST_WAIT,
        "salt": salt or 0,
        "least": 100 if salt is None else 80,
        "spread": 1 if salt is None else 41,
        "held": json.dumps(sorted(held)),
    }
