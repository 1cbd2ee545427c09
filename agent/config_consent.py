"""What the owner of a camera allows, and who said so; ``setup`` records it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from agent.config_table import Table

_CHARS: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Consented:
    """``by`` and ``on`` are for people; without a table pictures may leave, as before."""

    pictures: bool = True  # of this camera may leave its site
    wake_ups: bool = True  # a battery may be woken by visits
    by: str = ""
    on: str = ""


NOBODY_ASKED: Final = Consented()


def read_consent(table: Table) -> Consented:
    """``[devices.consent]``."""
    consented = Consented(
        pictures=table.flag("pictures", True),
        wake_ups=table.flag("wake_ups", True),
        by=_short(table, "by"),
        on=_short(table, "on"),
    )
    table.finish()
    return consented


def _short(table: Table, key: str) -> str:
    found = table.text(key, "")
    if len(found) > _CHARS:
        table.complain(key, "too_long", count=len(found), limit=_CHARS)
    return found[:_CHARS]
