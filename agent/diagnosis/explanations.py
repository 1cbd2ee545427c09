"""Which fault explains which: a cause explains its consequences, so that one fault has one name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

_DETAIL: Final = ("picture.blurred", "picture.tilted_focus", "picture.noise")
_VEIL: Final = ("picture.condensation", "picture.dirty", "picture.film_left_on")
_LAYOUT: Final = ("picture.occluded", "picture.moved", "picture.flipped", "picture.distorted")
_LINES: Final = ("picture.stripes", "picture.dead_lines")
_LAMP: Final = ("ir_led.dead", "ir_led.partial")

OF_UPLINK: Final = frozenset(
    {
        "cellular.data_used_up",
        "cellular.antenna_fault",
        "cellular.signal_weak",
        "cellular.unstable",
    }
)
"""Faults of a gateway that explain a slow stream of the cameras that are reached through it: with
one that ends the link nothing is read from them at all."""
_REFUSED: Final = ("login.wrong_password", "login.firmware_refuses_method")

CONSEQUENCES: Final[Mapping[str, tuple[str, ...]]] = {
    # 4G from the bottom up: what stands lower takes all above it away.
    "cellular.modem_dead": (
        "cellular.sim_missing",
        "cellular.not_registered",
        "cellular.data_used_up",
        "cellular.apn_wrong",
        "cellular.signal_weak",
        "cellular.unstable",
    ),
    "cellular.sim_missing": (
        "cellular.not_registered",
        "cellular.apn_wrong",
        "cellular.unstable",
    ),
    # An operator that has closed the plan refuses the session, slows it, or ends the registration.
    "cellular.data_used_up": (
        "cellular.not_registered",
        "cellular.apn_wrong",
        "cellular.unstable",
        "stream.low_rate",
    ),
    "cellular.antenna_fault": (
        "cellular.signal_weak",
        "cellular.not_registered",
        "cellular.unstable",
        "stream.low_rate",
    ),
    # A network that refuses the APN refuses the attach with it (TS 24.301 5.5.1.2.5).
    "cellular.apn_wrong": ("cellular.not_registered", "cellular.unstable"),
    "cellular.not_registered": ("cellular.unstable",),
    "cellular.signal_weak": ("cellular.unstable", "stream.low_rate"),
    "cellular.unstable": ("stream.low_rate",),
    "wifi.signal_weak": ("stream.low_rate",),
    # The device lives, only ONVIF does not answer where it did.
    "login.onvif_off": ("device.unreachable", "device.misbehaves", "stream.none", *_REFUSED),
    "login.https_only": ("device.unreachable", "device.misbehaves", "stream.none", *_REFUSED),
    # The exact cause of a refused login takes the place of the refusal.
    "login.dst_error": ("login.clock_skew", "clock.wrong", *_REFUSED),
    "login.clock_skew": ("clock.wrong", *_REFUSED),
    "login.digest_confusion": _REFUSED,
    "login.recorder_lacks_sha256": _REFUSED,
    "login.onvif_account": _REFUSED,
    "login.user_level": _REFUSED,
    "login.password_characters": (*_REFUSED, "stream.none"),
    "stream.path_changed": ("stream.none",),
    # A low battery has a cause; "low" alone is what is left when none was found.
    "battery.gauge_stuck": ("battery.low", "battery.not_charging", "solar.panel_weak"),
    "battery.cold_lockout": ("battery.low", "battery.not_charging", "solar.panel_weak"),
    "solar.panel_dead": ("battery.low", "solar.panel_weak", "solar.low_season"),
    "battery.not_charging": ("battery.low", "solar.panel_weak", "solar.low_season"),
    "battery.capacity_lost": ("battery.low", "battery.over_use"),
    "battery.over_use": ("battery.low",),
    "solar.panel_weak": ("battery.low",),
    "solar.low_season": ("battery.low",),
    # Nothing can be seen: what else seems wrong with such a picture is this.
    "picture.black": (
        "picture.frozen",
        *_DETAIL,
        *_VEIL,
        *_LAYOUT,
        *_LINES,
        *_LAMP,
        "picture.exposure",
        "picture.colour_cast",
        "picture.blocky",
        "ircut.stuck_closed",
    ),
    "picture.white": (
        "picture.frozen",
        *_DETAIL,
        *_VEIL,
        *_LAYOUT,
        *_LINES,
        *_LAMP,
        "picture.exposure",
        "picture.colour_cast",
        "picture.blocky",
    ),
    # The video is not what the sensor saw.
    "picture.decode_damage": (
        *_DETAIL,
        *_VEIL,
        *_LAYOUT,
        *_LINES,
        "picture.blocky",
        "picture.colour_cast",
    ),
    # Another view has other edges, other light and other detail everywhere.
    "picture.flipped": (
        "picture.moved",
        "picture.occluded",
        "picture.distorted",
        *_DETAIL,
        *_VEIL,
        "ir_led.partial",
        "picture.colour_cast",
    ),
    "picture.moved": (
        "picture.occluded",
        "picture.distorted",
        *_DETAIL,
        *_VEIL,
        "ir_led.partial",
        "picture.colour_cast",
    ),
    # What stands before the lens hides edges and lights up by the lamp.
    "picture.occluded": (
        *_DETAIL,
        *_VEIL,
        "picture.distorted",
        "picture.moved",
        "picture.exposure",
        "picture.colour_cast",
        "ir_led.partial",
    ),
    # Infrared by day focuses elsewhere, and colours go.
    "ircut.stuck_open": ("picture.colour_cast", "picture.exposure", *_DETAIL, *_VEIL),
    # In when it should be out, and out when in: only a test tells it, and then it is this.
    "ircut.reversed": (
        "ircut.stuck_open",
        "ircut.stuck_closed",
        "picture.colour_cast",
        "picture.exposure",
        *_DETAIL,
        *_VEIL,
    ),
    # Without a lamp the gain rises, noise comes and edges drown.
    "ir_led.dead": (
        "ir_led.partial",
        "ircut.stuck_closed",
        "picture.exposure",
        *_DETAIL,
        *_VEIL,
        *_LAYOUT,
        *_LINES,
    ),
    "ir_led.partial": ("picture.occluded", "picture.tilted_focus", "picture.dirty"),
    # A veil lowers contrast and detail, and may be thicker on one side.
    "picture.condensation": (
        "picture.dirty",
        "picture.film_left_on",
        "picture.exposure",
        "picture.colour_cast",
        *_DETAIL,
        "picture.occluded",
        "picture.distorted",
    ),
    "picture.exposure": ("picture.colour_cast", *_DETAIL, *_VEIL, "picture.occluded"),
    "picture.tilted_focus": ("picture.blurred", "picture.dirty", "picture.distorted"),
    "picture.blurred": ("picture.dirty", "picture.distorted"),
    # A film that nobody took off softens the picture: what is claimable waits until it is off.
    "picture.film_left_on": ("picture.blurred", "picture.tilted_focus", "picture.dirty"),
    "picture.dead_lines": ("picture.stripes", "picture.noise", "picture.blocky"),
    "picture.stripes": (
        "picture.noise",
        "picture.blocky",
        "picture.distorted",
        "picture.blurred",
        "picture.tilted_focus",
    ),
    "picture.noise": (
        "picture.blocky",
        "picture.dirty",
        "picture.tilted_focus",
        "picture.distorted",
    ),
    "picture.blocky": ("picture.blurred", "picture.tilted_focus"),
}
"""By cause, the consequences that are not told while it is found; each is seen on test lives.

A consequence of a consequence is written out: the table is read one step deep. Two codes may
explain each other only in the order of this table: the first one is the cause.
"""


FITTER_FIRST: Final = (
    "picture.occluded",
    "picture.moved",
    "picture.flipped",
    "picture.dirty",
    "picture.film_left_on",
)
"""What the fitter puts right; none of it is a claim, and while it stands it may cause ..."""
AFTER_THE_FITTER: Final = frozenset(
    {
        *_DETAIL,
        "picture.condensation",
        "picture.distorted",
        "picture.colour_cast",
        "ir_led.partial",
        "ircut.stuck_open",
    }
)
"""... these, which may become one: they are told when it has been put right and they are left."""


def fitter_first(code: str, standing: Collection[str]) -> str | None:
    """The standing fault for the fitter that may be what ``code`` is about; None for none."""
    if code not in AFTER_THE_FITTER:
        return None
    return next((cause for cause in FITTER_FIRST if cause in standing), None)


def cause_of(code: str, causes: Collection[str]) -> str | None:
    """The first of ``causes``, in the table's order, that explains ``code``; None for none."""
    rank = list(CONSEQUENCES)
    own = rank.index(code) if code in CONSEQUENCES else len(rank)
    for place, (cause, consequences) in enumerate(CONSEQUENCES.items()):
        if cause not in causes or code not in consequences:
            continue
        is_mutual = own < len(rank) and cause in CONSEQUENCES[code]
        if not is_mutual or place < own:
            return cause
    return None
