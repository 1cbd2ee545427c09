"""Diagnosis: rules judge readings, the engine turns findings into episodes; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent.diagnosis import (
    cause_rules,
    cellular_rules,
    certificate_rules,
    energy_rules,
    host_rules,
    identity_rules,
    login_rules,
    power_rules,
    radio_rules,
    reach_rules,
    stream_rules,
    wifi_rules,
)
from agent.diagnosis.pictures import rules as pictures
from agent.diagnosis.rule import Persistence, Rule

RULES: tuple[Rule, ...] = (
    *reach_rules.RULES,
    *login_rules.RULES,
    *certificate_rules.RULES,
    *cause_rules.RULES,
    *identity_rules.RULES,
    *stream_rules.RULES,
    *pictures.RULES,
    *power_rules.RULES,
    *energy_rules.RULES,
    *cellular_rules.RULES,
    *radio_rules.RULES,
    *wifi_rules.RULES,
    *host_rules.RULES,
)


def rules_with(
    *,
    opens: tuple[int, int],
    clears: tuple[int, int],
    span_factor: float = 1.0,
    rules: Sequence[Rule] = RULES,
) -> tuple[Rule, ...]:
    """The rules with other persistence, (n, m) to open and to clear; ValueError if impossible.

    A rule that has a pace of its own keeps it. ``span_factor`` shortens or stretches how far
    apart findings must lie: 0 for a demo, in which hours are seconds.
    """
    return tuple(
        _paced(rule, opens=opens, clears=clears, span_factor=span_factor) for rule in rules
    )


def _paced(
    rule: Rule, *, opens: tuple[int, int], clears: tuple[int, int], span_factor: float
) -> Rule:
    persistence, default = rule.persistence, Persistence()
    persistence = replace(persistence, open_span=persistence.open_span * span_factor)
    if (persistence.open_n, persistence.open_m) == (default.open_n, default.open_m):
        persistence = replace(persistence, open_n=opens[0], open_m=opens[1])
    if (persistence.clear_n, persistence.clear_m) == (default.clear_n, default.clear_m):
        persistence = replace(persistence, clear_n=clears[0], clear_m=clears[1])
    return replace(rule, persistence=persistence)
