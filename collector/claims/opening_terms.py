"""What may come of which fault, and what counts as a repeat: ``[opening]`` of the policy. Pure.

The factory's table (claims and warranty, section 11) is the fault catalogue: each code has its
outcome, its proof and its hold, none of a claimable one shorter than a day. Here a factory says
otherwise for single codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from collector.claims.toml_reader import TomlReader
from shared.catalogue import CATALOGUE
from shared.catalogue_entry import CatalogueEntry, Outcome

_OUTCOMES: Final = {outcome.value: outcome for outcome in Outcome}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningTerms:
    """``[opening]``; the usual is the catalogue's table."""

    outcomes: Mapping[str, Outcome] = field(default_factory=dict)  # by code
    repeat_within: timedelta = timedelta(days=90)  # section 12: the same fault after 'resolved'

    def outcome_of(self, entry: CatalogueEntry) -> Outcome:
        """What may come of this fault."""
        return self.outcomes.get(entry.code, entry.outcome)


def read_opening(table: TomlReader) -> OpeningTerms:
    """Read ``[opening]``; what is wrong is noted in ``table``."""
    chosen = table.table("outcomes")
    outcomes = {
        code: _OUTCOMES[chosen.choice(code, CATALOGUE[code].outcome.value, set(_OUTCOMES))]
        for code in chosen.known_keys(set(CATALOGUE))
    }
    usual = OpeningTerms()
    days = table.whole("repeat_days", usual.repeat_within.days, at_least=0, at_most=3660)
    return OpeningTerms(outcomes=outcomes, repeat_within=timedelta(days=days))
