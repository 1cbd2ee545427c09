"""How long claim packs are kept: ``[packs]`` of the policy. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from collector.claims.toml_reader import TomlReader

LEAST_DAYS = 60  # an appeal takes 14, a repeat within 90 names its line and needs no pack


@dataclass(frozen=True, slots=True, kw_only=True)
class PackTerms:
    """``[packs]``: packs hold pictures of sites, and are not kept for ever without a reason."""

    keep: timedelta | None = timedelta(days=1095)  # after the line ended; None: for ever


def read_packs(table: TomlReader) -> PackTerms:
    """Read ``[packs]``; what is wrong is noted in ``table``. ``keep_days = 0`` is for ever."""
    usual = PackTerms().keep
    days = table.whole("keep_days", usual.days if usual else 0, at_least=0, at_most=36_600)
    if 0 < days < LEAST_DAYS:
        table.wrong("keep_days", "packs_too_short", low=LEAST_DAYS)
    return PackTerms(keep=timedelta(days=max(days, LEAST_DAYS)) if days else None)
