"""When a row that was sent and got no receipt is sent again."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from agent.delivery.database import to_us

DOUBLINGS: Final = 5  # resend after 1, 2, 4, 8, 16 intervals, then every 32 (16 minutes)
PAID_DOUBLINGS: Final = 9  # where bytes are paid for: up to 512 intervals (4.3 hours)
LEAST_PERCENT: Final = 80
_SPREAD_PERCENT: Final = 41
# Jitter in percent: 80..120 by row, attempt and salt (Knuth's multiplicative hash), else 100.
OVERDUE: Final = """
    state = 1 AND (sent_us > :now OR sent_us + (:wait << min(attempts - 1, :longest))
        * (:least + (id * 2654435761 + attempts * 40503 + :salt) % :spread) / 100 <= :now)
    AND id NOT IN (SELECT value FROM json_each(:held))
"""


def overdue_at(
    now: datetime,
    resend_after: timedelta,
    *,
    salt: int | None,
    held: Collection[int],
    doublings: int,
) -> dict[str, int | str]:
    """What :data:`OVERDUE` is filled with; without a ``salt`` nothing jitters."""
    return {
        "now": to_us(now),
        "wait": resend_after // timedelta(microseconds=1),
        "longest": doublings,
        "salt": salt or 0,
        "least": 100 if salt is None else LEAST_PERCENT,
        "spread": 1 if salt is None else _SPREAD_PERCENT,
        "held": json.dumps(sorted(held)),
    }
