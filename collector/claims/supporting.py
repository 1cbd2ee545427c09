"""What a claim should hold besides its must items: it helps, and blocks nothing. Pure.

Source: claims and warranty, section 14, level 'should', and the guards of section 11 that a
table of files cannot tell.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from collector.claims.completeness import Item, Level

TWO_DAYS, NIGHT, REFERENCE, CLIP = "two_days", "night", "reference", "clip"
BATTERY, RADIO, TEMPERATURE = "battery_series", "radio_series", "temperature"
RECORDER, TRIED, CONTROL, CLOCK = "recorder", "tried", "control", "clock"
LABEL, PEERS = "label_photo", "peers"

_VIEW: Final = (REFERENCE, TWO_DAYS)
_LIGHT: Final = (REFERENCE, TWO_DAYS, NIGHT, CLIP)
_MOVES: Final = (REFERENCE, TWO_DAYS, CLIP)
_POWER: Final = (BATTERY, TEMPERATURE)

SHOULD: Final[Mapping[str, tuple[str, ...]]] = {
    "ircut.stuck_open": _LIGHT,
    "ircut.stuck_closed": _LIGHT,
    "ircut.reversed": (*_LIGHT, RECORDER),
    "ir_led.dead": _LIGHT,
    "ir_led.partial": _LIGHT,
    "picture.black": _MOVES,
    "picture.white": _MOVES,
    "picture.frozen": _MOVES,
    "picture.blurred": _VIEW,
    "picture.tilted_focus": _VIEW,
    "picture.distorted": _VIEW,
    "picture.colour_cast": (*_VIEW, NIGHT),
    "picture.noise": (*_VIEW, NIGHT),
    "picture.stripes": _MOVES,
    "picture.dead_lines": _VIEW,
    "picture.decode_damage": (*_MOVES, RECORDER),
    "picture.condensation": (*_VIEW, TEMPERATURE),
    "battery.not_charging": _POWER,
    "battery.capacity_lost": _POWER,
    "battery.gauge_stuck": _POWER,
    "solar.panel_dead": _POWER,
    "cellular.modem_dead": (RADIO, TEMPERATURE),
    "cellular.antenna_fault": (RADIO,),
    "mainboard.reboot_loop": (TEMPERATURE, RECORDER),
    "mainboard.flash_error": (),
    "mainboard.clock_lost": (),
    "mainboard.dead": (),
    "mainboard.component_failed": (),
    "login.firmware_refuses_method": (RECORDER,),
    "login.dst_error": (RECORDER,),
    "login.recorder_lacks_sha256": (RECORDER,),
    "login.digest_confusion": (RECORDER,),
    "device.misbehaves": (RECORDER,),
    "stream.none": (RECORDER,),
    "stream.path_changed": (RECORDER,),
    "disk.failing": (TEMPERATURE,),
}
"""What each fault's claim should hold, beside what every claim should."""
OF_AGENTS: Final = (TRIED, CONTROL, CLOCK)
OF_ALL: Final = (LABEL, PEERS)

LEAST_DAYS: Final = 14
"""Of a series, as section 14 asks; the pack's covers three weeks before the onset and one after."""
_DAY: Final = range(10, 15)
_NIGHT: Final = (22, 23, 0, 1, 2)
"""Hours of the site's own clock in which it is certainly day, and night, up to the 50th degree."""
CLOCK_OFF_MOST: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is known of a line beside its must items; what nobody knows is left at its default."""

    zone: str = ""  # IANA name of the site's; '' or UTC: nobody set one
    kinds_here: frozenset[str] = frozenset()  # of signed files that came whole
    pictures_at: tuple[datetime, ...] = ()  # when those of the fault were taken, agent's clock
    clock_off_s: float | None = None  # the agent's clock beside ours; None: not told
    series_days: Mapping[str, int] = field(default_factory=dict)  # with a good number, by item
    recorder_firmware: str = ""
    has_tried: bool = False
    siblings: int = 0  # other cameras of the site
    siblings_known: int = 0  # of which something was heard since the onset
    has_label_photo: bool = False
    has_video: bool = False  # that somebody brought
    batch: str = ""
    here_at: Mapping[str, datetime] = field(default_factory=dict)  # by item, when its newest came
    is_alone: bool = False  # only people speak of it
    is_lot: bool = False


def check(codes: Collection[str], around: Around, *, but: Collection[str] = ()) -> tuple[Item, ...]:
    """Every should item of a claim; ``but`` are names that are must items of it already."""
    names = dict.fromkeys(name for code in sorted(codes) for name in SHOULD.get(code, ()))
    wanted = [*(() if around.is_alone else (*names, *OF_AGENTS)), *OF_ALL]
    left_out = {*but, *_not_to_be_had(around)}
    return tuple(
        Item(
            name=name,
            here=_CHECKS[name](around),
            level=Level.SHOULD,
            at=around.here_at.get(name),
        )
        for name in wanted
        if name not in left_out
    )


def _not_to_be_had(around: Around) -> set[str]:
    """No control where no other camera hangs, no label of a lot."""
    none = set() if around.siblings else {CONTROL}
    return none | ({LABEL} if around.is_lot else set())


def is_day(at: datetime, zone: str) -> bool:
    """Whether it is certainly day there; never where the site's zone is not known."""
    hour = _hour(at, zone)
    return hour is not None and hour in _DAY


def is_night(at: datetime, zone: str) -> bool:
    """Whether it is certainly night there; never where the site's zone is not known."""
    hour = _hour(at, zone)
    return hour is not None and hour in _NIGHT


def _hour(at: datetime, zone: str) -> int | None:
    """UTC is what a site without a zone has: its hours say nothing of its light."""
    return None if zone in ("", "UTC") else at.astimezone(ZoneInfo(zone)).hour


def is_near(off_s: float | None) -> bool:
    """Whether an agent's clock is near ours, so that its moments can be believed that far."""
    return off_s is not None and abs(off_s) <= CLOCK_OFF_MOST.total_seconds()


def _has_two_days(around: Around) -> bool:
    """On different days, whatever the zone: a day apart (a wrong clock does not change that)."""
    shown = sorted(around.pictures_at)
    return bool(shown) and shown[-1] - shown[0] >= timedelta(hours=18)


def _has_pair(around: Around) -> bool:
    if not is_near(around.clock_off_s):
        return False
    shown: Sequence[datetime] = around.pictures_at
    day = any(is_day(at, around.zone) for at in shown)
    return day and any(is_night(at, around.zone) for at in shown)


def _is_whole(name: str) -> Callable[[Around], bool]:
    return lambda around: around.series_days.get(name, 0) >= LEAST_DAYS


_CHECKS: Final[Mapping[str, Callable[[Around], bool]]] = {
    REFERENCE: lambda around: REFERENCE in around.kinds_here,
    CLIP: lambda around: CLIP in around.kinds_here or around.has_video,
    TWO_DAYS: _has_two_days,
    NIGHT: _has_pair,
    BATTERY: _is_whole(BATTERY),
    RADIO: _is_whole(RADIO),
    TEMPERATURE: lambda around: around.series_days.get(TEMPERATURE, 0) > 0,
    RECORDER: lambda around: bool(around.recorder_firmware),
    TRIED: lambda around: around.has_tried,
    CONTROL: lambda around: around.siblings_known > 0,
    CLOCK: lambda around: is_near(around.clock_off_s),
    LABEL: lambda around: around.has_label_photo,
    PEERS: lambda around: bool(around.batch),
}
