"""How long picture findings must stand before they open a fault."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from agent.diagnosis.rule import Persistence

SOON: Final = Persistence(open_span=timedelta(hours=1))
"""For what is unmistakable in one picture: an hour rules out a restart or a torch."""
HOURS: Final = Persistence(open_span=timedelta(hours=3))
"""For what weather, traffic and low sun can imitate for a while."""
PARKED: Final = Persistence(open_span=timedelta(hours=7))
"""For what a parked lorry can imitate: it is gone after a working day's part."""
LONG: Final = Persistence(open_span=timedelta(hours=5))
"""For what a lit window or fresh snow can imitate: the one goes out, the other is cleared."""
