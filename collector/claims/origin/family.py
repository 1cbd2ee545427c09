"""Faults that have the same part, or the same nature, in common. Pure."""

from __future__ import annotations

from typing import Final

from shared.catalogue import CATALOGUE
from shared.catalogue_entry import Component, Outcome

AIM: Final = frozenset(
    {
        "picture.blurred",
        "picture.tilted_focus",
        "picture.distorted",
        "picture.moved",
        "picture.flipped",
        "picture.occluded",
        "picture.film_left_on",
    }
)
"""What a bad fitting shows from the first day on; what was knocked askew looks the same."""
KNOCKED: Final = frozenset({"picture.moved", "picture.occluded", "picture.flipped"})
"""What somebody who touches a camera leaves behind."""
STRUCK: Final = frozenset(
    {
        "mainboard.dead",
        "mainboard.component_failed",
        "mainboard.reboot_loop",
        "device.unreachable",
        "stream.none",
        "cellular.modem_dead",
        "solar.panel_dead",
        "ir_led.dead",
    }
)
"""What a surge leaves behind; several devices within minutes are no coincidence."""
MOIST: Final = frozenset({"picture.condensation", "mainboard.component_failed"})
"""The policy's scene 'modules failing after shipping (IC fault, humidity)'."""
SETTINGS: Final = frozenset(
    {
        "login.wrong_password",
        "login.locked_out",
        "login.onvif_off",
        "login.onvif_account",
        "login.clock_skew",
        "login.dst_error",
        "clock.wrong",
    }
)
"""What shows that somebody changed the device's settings."""
CONTRACT: Final = frozenset(
    {
        "cellular.sim_missing",
        "cellular.not_registered",
        "cellular.apn_wrong",
        "cellular.data_used_up",
    }
)
"""What hangs on SIM, plan and access point."""
_SEALED: Final = frozenset(
    {Component.IR_CUT, Component.IR_LED, Component.SENSOR, Component.MAINBOARD, Component.MODEM}
)
_POWERED: Final = frozenset({Component.BATTERY, Component.MAINBOARD, Component.MODEM})


def family_of(code: str) -> frozenset[str]:
    """The codes that are about the same part; of a part that is none, the code alone."""
    entry = CATALOGUE.get(code)
    if entry is None or entry.component is Component.NONE:
        return frozenset({code})
    return frozenset(
        other.code
        for other in CATALOGUE.values()
        if other.component is entry.component and other.outcome is Outcome.CLAIMABLE
    ) | {code}


def is_sealed(code: str) -> bool:
    """True for a part inside that neither fitter nor weather reaches in a sound housing."""
    entry = CATALOGUE.get(code)
    return entry is not None and entry.component in _SEALED


def is_powered(code: str) -> bool:
    """True for parts that bad power wears out."""
    entry = CATALOGUE.get(code)
    return entry is not None and entry.component in _POWERED


def is_battery(code: str) -> bool:
    """True for faults of battery and panel."""
    entry = CATALOGUE.get(code)
    return entry is not None and entry.component is Component.BATTERY


def is_cellular(code: str) -> bool:
    """True for faults of the mobile link."""
    return code.startswith("cellular.")
