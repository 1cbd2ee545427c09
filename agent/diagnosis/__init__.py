"""Diagnosis: rules judge readings, the engine turns findings into episodes; pure."""

from __future__ import annotations

from dataclasses import replace

from agent.diagnosis import (
    cellular_rules,
    host_rules,
    identity_rules,
    ircut_rules,
    login_rules,
    picture_rules,
    power_rules,
    reach_rules,
    stream_rules,
)
from agent.diagnosis.rule import Persistence, Rule

RULES: tuple[Rule, ...] = (
    *reach_rules.RULES,
    *login_rules.RULES,
    *identity_rules.RULES,
    *stream_rules.RULES,
    *picture_rules.RULES,
    *ircut_rules.RULES,
    *power_rules.RULES,
    *cellular_rules.RULES,
    *host_rules.RULES,
)


def rules_with(
    *, opens: tuple[int, int] = (3, 5), clears: tuple[int, int] = (5, 5)
) -> tuple[Rule, ...]:
    """The rules with other persistence: (n, m) to open and to clear; ValueError if impossible."""
    persistence = Persistence(
        open_n=opens[0], open_m=opens[1], clear_n=clears[0], clear_m=clears[1]
    )
    return tuple(
        replace(rule, persistence=persistence) if rule.persistence == Persistence() else rule
        for rule in RULES
    )
