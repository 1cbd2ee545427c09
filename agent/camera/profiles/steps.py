"""From an answer to a value: extract, regex, unless, type, map, scale and offset, valid; pure.

``missing``: nothing stands there. ``unknown``: the device says that it does not know, or a word
that the map does not have. ``invalid``: of another type, ambiguous, or off the range; raw is kept.
None of these is ever a fault.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

from agent.camera.port import VendorQuality, VendorValue
from agent.camera.profiles.documents import Several, find
from agent.camera.profiles.profile import Format, Metric, Scalar
from agent.camera.profiles.redact import redacted

_RAW_CHARS: Final = 200
_REGEX_CHARS: Final = 64 * 1024
_HEXADECIMAL: Final = re.compile(r"0[xX][0-9A-Fa-f]{1,12}")
_NUMERAL: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")


def extract(metric: Metric, document: Any, form: Format) -> VendorValue:
    """One metric of an answer; its quality tells what became of it."""
    found = find(document, form, metric.path)
    if isinstance(found, Several):
        return _value(metric, None, "invalid", "several values, or none alone")
    if found is None:
        return _value(metric, None, "unsupported" if metric.optional else "missing", "")
    return judge(metric, found, form)


def judge(metric: Metric, found: Scalar, form: Format) -> VendorValue:
    """What becomes of what stands at the path: regex, unless, type, map, scale, valid."""
    if not metric.regex:
        return _judge(metric, found)
    cut = _cut(metric.regex, found)
    return _without_match(metric, found, form) if cut is None else _judge(metric, cut)


def _without_match(metric: Metric, found: Scalar, form: Format) -> VendorValue:
    """The expression found nothing: in a whole text the value is missing, else it is a word."""
    if form is Format.TEXT:
        return _value(metric, None, "unsupported" if metric.optional else "missing", "")
    if is_sentinel(metric, found):
        return _value(metric, None, "unknown", _raw(found))
    return _value(metric, None, "invalid", _raw(found))


def _judge(metric: Metric, raw: Scalar) -> VendorValue:
    told = _raw(raw)
    if is_sentinel(metric, raw):
        return _value(metric, None, "unknown", told)
    typed = _typed(metric, raw)
    if typed is None:
        return _value(metric, None, "invalid", told)
    if metric.map:
        if _word(typed) not in metric.map:
            return _value(metric, None, "unknown", told)
        typed = metric.map[_word(typed)]
    if isinstance(typed, bool | str):
        return _value(metric, typed, "good", told)
    scaled = float(typed) * metric.scale + metric.offset
    low, high = metric.valid or (-math.inf, math.inf)
    if not math.isfinite(scaled) or not low <= scaled <= high:
        return _value(metric, None, "invalid", told)
    return _value(metric, scaled, "good", told)


def is_sentinel(metric: Metric, raw: Scalar) -> bool:
    """Whether the device says by this value that it does not know; 255 and "255" are one."""
    return any(_same(raw, mark) for mark in metric.unless)


def _same(raw: Scalar, mark: Scalar) -> bool:
    if isinstance(raw, bool) or isinstance(mark, bool):
        return raw is mark
    one, other = _number(raw), _number(mark)
    if one is not None and other is not None:
        return one == other
    return str(raw).strip() == str(mark).strip()


def _cut(regex: str, found: Scalar) -> str | None:
    match = re.search(regex, _word(found)[:_REGEX_CHARS])
    if match is None:
        return None
    return match.group(1) if match.re.groups else match.group()


def _typed(metric: Metric, raw: Scalar) -> Scalar | None:
    if metric.type == "flag":
        return raw if isinstance(raw, bool) else _FLAGS.get(str(raw).strip().lower())
    if metric.type == "text":
        return _word(raw)[:_RAW_CHARS]
    return None if isinstance(raw, bool) else _number(raw)


_FLAGS: Final = {"true": True, "false": False}
"""How XML writes a flag; 0 and 1, yes and no need a map: they may mean something else."""


def _number(raw: Scalar) -> float | None:
    """A number, also one written as text, 0x before hexadecimal; None for anything around it."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, str) and _HEXADECIMAL.fullmatch(raw.strip()):
        return float(int(raw, 16))
    if isinstance(raw, str) and not _NUMERAL.fullmatch(raw.strip()):
        return None
    try:
        number = float(raw)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _word(raw: Scalar) -> str:
    """As a map spells it: 1 and 1.0 are "1", flags are "true" and "false"."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return str(raw).strip()


def _raw(raw: Scalar) -> str:
    return json.dumps(raw, ensure_ascii=False)[:_RAW_CHARS]


def _value(metric: Metric, value: Scalar | None, quality: VendorQuality, raw: str) -> VendorValue:
    if metric.redact:
        value, raw = redacted(value, how=metric.redact), ""
        quality = "unknown" if quality == "good" and value is None else quality
    return VendorValue(value=value, quality=quality, raw=raw, unit=metric.unit)
