"""Telemetry as InfluxDB line protocol: numbers as fields, words as tags. Pure.

What a reading becomes (docs/operations.md says it for people)::

    battery.charge 20 %     preclaim,<tags> battery_charge=20 1790000000
    battery.charging yes    preclaim,<tags> battery_charging=1 1790000000
    energy.cause "worn"     preclaim_word,<tags>,reading=energy.cause,word=worn told=1 1790000000
    battery.charge failed   preclaim_unread,<tags>,family=battery,reading=battery.charge readings=1

Numbers are written without a suffix, so that every field is a float for ever: a reading that is
whole at noon and has a fraction at one would else be refused as another type. A flag is 1 or 0,
for there is no server on which a mean over booleans works. A string field would be stored as 0 by
VictoriaMetrics without a word, hence tags; only readings from ``WORDS`` become any, because a tag
of free text would make a series of each. A point has the time, name and tags of its reading: what
is written twice is there once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from collector.telemetry.presence import family_of
from collector.telemetry.samples import second_of
from shared.columns import (
    Column,
    Columns,
    Form,
    chosen_of,
    count_of,
    integers_of,
    seconds_of,
)
from shared.health import Telemetry
from shared.reading import Quality, Reading, Value

MEASUREMENT: Final = "preclaim"
PREFIX: Final = f"{MEASUREMENT}_"
LONGEST_TAG: Final = 64
WORDS: Final = frozenset(
    {
        "battery.source",
        "battery.state",
        "cellular.band",
        "cellular.operator",
        "cellular.sim",
        "cellular.state",
        "cellular.tech",
        "charger.fault",
        "charger.state",
        "energy.cause",
        "ir.filter_mode",
        "ir.led_mode",
        "ir.led_state",
        "login.outcome",
        "picture.light",
        "reach.layer",
        "stream.codec",
    }
)
"""Readings whose words are few: everything else that is text stays in the collector."""
_NUMBERS: Final = (Form.WHOLE, Form.DECIMAL, Form.REAL, Form.FLAG)  # the commonest first
_REMEMBERED: Final = 1024  # texts of a field; 100 kB at most
_ESCAPES: Final = str.maketrans({",": r"\,", "=": r"\=", " ": r"\ ", "\\": "/"})


Place: TypeAlias = tuple[str | None, int]  # the tags' text, None of a stranger's, and the second


class Tags(NamedTuple):
    """Whose readings they are; empty ones are left out."""

    organisation: str
    site: str
    agent: str
    device: str
    position: str = ""  # the number of the device's page
    model: str = ""
    firmware: str = ""
    serial: str = ""


class Written(NamedTuple):
    """Lines, and how many values they carry."""

    lines: list[str]
    values: int


def tags_text(tags: Tags) -> str:
    """The tags as they stand in every line, in the order that servers like: by name."""
    return "".join(
        f",{name}={escape(value)}"
        for name, value in sorted(tags._asdict().items())
        if escape(value)
    )


@lru_cache(maxsize=4096)
def escape(text: str) -> str:
    """A tag's value or a field's name, cut to a sane length; no line can end inside it."""
    plain = " ".join(text.split())[:LONGEST_TAG].strip()
    return "".join(filter(str.isprintable, plain)).translate(_ESCAPES)


def of_columns(message: Columns, tags: Mapping[str, str], *, latest_s: int) -> Written:
    """The lines of a batch; ``tags`` holds the tags' text by device, others are left out.

    A time ahead of ``latest_s`` is taken for it, as in the store.
    """
    places = _places(message, tags, latest_s)
    fields: list[list[str]] = []  # for each name those of all rows
    lines: list[str] = []
    values = holes = 0
    for column in message.columns:
        if column.quality is not Quality.GOOD:
            lines += _unread(column, places)
        elif column.form in _NUMBERS:
            own = _fields(column, len(places))
            fields.append(own)
            own_holes = own.count("") if column.runs or column.form is Form.REAL else 0
            values += len(own) - own_holes
            holes += own_holes
        elif column.name in WORDS:
            told = _words(column, places)
            lines += told
            values += len(told)
    lines += [
        f"{MEASUREMENT}{tag} {text} {second}"
        for text, (tag, second) in zip(
            map(_join if holes else ",".join, zip(*fields, strict=True)), places, strict=False
        )
        if text and tag is not None
    ]
    return Written(lines, values)


def _places(message: Columns, tags: Mapping[str, str], latest_s: int) -> tuple[Place, ...]:
    """Whose row it is, and when; mostly a recorder's, one row a device."""
    base_s = second_of(message.base_at)
    found: list[Place] = []
    for rows in message.devices:
        tag = tags.get(rows.device_id)
        if rows.count == 1:
            found.append((tag, min(base_s + rows.start_s, latest_s)))
        else:
            found += [(tag, min(base_s + at_s, latest_s)) for at_s in seconds_of(rows)]
    return tuple(found)


def _join(fields: tuple[str, ...]) -> str:
    return ",".join(filter(None, fields))


def of_telemetry(message: Telemetry, tags: Mapping[str, str], *, latest_s: int) -> Written:
    """The same of a batch in the older form, reading by reading."""
    lines: list[str] = []
    values = 0
    for device in message.devices:
        tag = tags.get(device.device_id)
        for reading in device.readings if tag is not None else ():
            line = _line(reading, tag or "", latest_s)
            if line:
                lines.append(line)
                values += reading.good
    return Written(lines, values)


def _line(reading: Reading, tag: str, latest_s: int) -> str:
    second = min(second_of(reading.taken_at), latest_s)
    if not reading.good:
        is_told = reading.quality is not Quality.UNSUPPORTED
        return f"{_unread_head(tag, reading.name)} {second}" if is_told else ""
    if isinstance(reading.value, str):
        return f"{PREFIX}word{tag}{text}{second}" if (text := _word(reading)) else ""
    text = _number(reading.value)
    return f"{MEASUREMENT}{tag} {_field_name(reading.name)}={text} {second}" if text else ""


def _word(reading: Reading) -> str:
    return _word_text(reading.name, str(reading.value)) if reading.name in WORDS else ""


@lru_cache(maxsize=4096)
def _word_text(name: str, word: str) -> str:
    """What of the line comes between tags and time; '' for a word without a letter."""
    text = escape(word)
    return f",reading={escape(name)},word={text} told=1 " if text else ""


@lru_cache(maxsize=4096)
def _field_name(name: str) -> str:
    return escape(name).replace(".", "_")


def _unread_head(tag: str, name: str) -> str:
    return f"{PREFIX}unread{tag},family={escape(family_of(name))},reading={escape(name)} readings=1"


def _fields(column: Column, count: int) -> list[str]:
    """The column's field in each of the table's rows; '' where it has none."""
    own = count_of(column, count)
    if column.form is Form.REAL:
        head = f"{_field_name(column.name)}="
        texts = [head + text if (text := _number(value)) else "" for value in column.reals]
    else:
        is_decimal = column.form is Form.DECIMAL
        text_of = _texts(column.name, 10**column.exponent if is_decimal else 0)
        texts = list(map(text_of.__getitem__, integers_of(column, own)))
    if not column.runs:
        return texts
    rows = [""] * count
    for row, text in zip(chosen_of(column, tuple(range(count))), texts, strict=True):
        rows[row] = text
    return rows


class _Texts(dict[int, str]):
    """A field's text by the integer behind its value, made once: gauges repeat themselves."""

    def __init__(self, head: str, unit: int) -> None:
        super().__init__()
        self._head = head
        self._unit = unit  # of how many one is 1; 0: a whole number

    def __missing__(self, number: int) -> str:
        text = f"{self._head}{number / self._unit if self._unit else number}"
        if len(self) < _REMEMBERED:
            self[number] = text
        return text


@lru_cache(maxsize=256)
def _texts(name: str, unit: int) -> _Texts:
    return _Texts(f"{_field_name(name)}=", unit)


def _number(value: Value) -> str:
    """'' for what is no number, or none that a server takes."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if not isinstance(value, int | float) or not math.isfinite(value):
        return ""
    return f"{value}"


def _words(column: Column, places: tuple[Place, ...]) -> list[str]:
    texts = [_word_text(column.name, word) for word in column.words]
    numbers = integers_of(column, count_of(column, len(places)))
    return [
        f"{PREFIX}word{tag}{texts[number]}{second}"
        for (tag, second), number in zip(chosen_of(column, places), numbers, strict=True)
        if tag is not None and texts[number]
    ]


def _unread(column: Column, places: tuple[Place, ...]) -> Iterator[str]:
    """That something could not be read is a point too: silence would look like health."""
    if column.quality is not Quality.UNSUPPORTED:
        for tag, second in chosen_of(column, places):
            if tag is not None:
                yield f"{_unread_head(tag, column.name)} {second}"
