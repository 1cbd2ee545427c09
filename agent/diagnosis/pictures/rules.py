"""All rules that judge pictures, in the order in which they are asked."""

from __future__ import annotations

from agent.diagnosis.pictures import (
    brightness_rules,
    colour_rules,
    detail_rules,
    encoder_rules,
    ircut_rules,
    lamp_rules,
    layout_rules,
    sensor_rules,
    veil_rules,
)
from agent.diagnosis.rule import Rule

RULES: tuple[Rule, ...] = (
    *brightness_rules.RULES,
    *encoder_rules.RULES,
    *ircut_rules.RULES,
    *lamp_rules.RULES,
    *layout_rules.RULES,
    *veil_rules.RULES,
    *detail_rules.RULES,
    *colour_rules.RULES,
    *sensor_rules.RULES,
)
