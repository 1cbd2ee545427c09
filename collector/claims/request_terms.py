"""How the collector asks agents for missing evidence: ``[evidence]`` of the policy. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from collector.claims.toml_reader import TomlReader


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTerms:
    """``[evidence]``; a day between two requests for one item is the least there is."""

    ask: bool = True
    every: timedelta = timedelta(days=1)
    most: int = 3  # requests for one item of one line; then people see that it is not to be had
    refused_for: timedelta = timedelta(days=7)  # after the agent refused: somebody must change it
    least_charge: float = 40.0  # percent, what an active test needs too (agent/experiment/consent)


DEFAULT_REQUESTS = RequestTerms()


def read_requests(table: TomlReader) -> RequestTerms:
    """Read ``[evidence]``; what is wrong is noted in ``table``."""
    usual = DEFAULT_REQUESTS
    hours = table.number("every_h", usual.every / timedelta(hours=1), at_least=24.0, at_most=720.0)
    days = table.number("refused_days", usual.refused_for.days, at_least=1.0, at_most=365.0)
    return RequestTerms(
        ask=table.truth("ask", usual.ask),
        every=timedelta(hours=hours),
        most=table.whole("most", usual.most, at_least=1, at_most=100),
        refused_for=timedelta(days=days),
        least_charge=table.number("least_charge", usual.least_charge, at_least=0.0, at_most=100.0),
    )
