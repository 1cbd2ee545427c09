"""Telemetry as InfluxDB line protocol: numbers as fields, words as tags. Pure.

What a reading becomes (docs/operations.md says it for people)::

    battery.charge 20 %     preclaim_battery,<tags> charge=20 1790000000
    battery.charging yes    preclaim_battery,<tags> charging=1 1790000000
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
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from collector.telemetry.samples import second_of
from shared.columns import Column, Columns, Form, chosen_of, count_of, seconds_of, values_of
from shared.health import Telemetry
from shared.reading import Quality, Reading, Value

PREFIX: Final = "preclaim_"
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
_NUMBERS: Final = frozenset({Form.WHOLE, Form.DECIMAL, Form.REAL, Form.FLAG})
_ESCAPES: Final = str.maketrans({",": r"\,", "=": r"\=", " ": r"\ ", "\\": "/"})


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
    base_s = second_of(message.base_at)
    places = tuple(
        (tags.get(rows.device_id), min(base_s + at_s, latest_s))
        for rows in message.devices
        for at_s in seconds_of(rows)
    )
    count = len(places)
    fields: dict[str, list[list[str]]] = {}  # by family, for each row
    lines: list[str] = []
    values = 0
    for column in message.columns:
        family, _, rest = column.name.partition(".")
        if column.quality is not Quality.GOOD:
            lines += _unread(column, family, places)
        elif column.form in _NUMBERS:
            own = fields.get(family)
            if own is None:
                own = fields[family] = [[] for _ in places]
            values += _put(column, f"{escape(rest or family).replace('.', '_')}=", own, count)
        elif column.name in WORDS:
            words = zip(chosen_of(column, places), _values(column, count), strict=True)
            lines += _words(column.name, words)
    for family, rows in fields.items():
        head = f"{PREFIX}{escape(family)}"
        lines += [
            f"{head}{tag} {','.join(own)} {second}"
            for own, (tag, second) in zip(rows, places, strict=True)
            if own and tag is not None
        ]
    return Written(lines, values)


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
    family, _, rest = reading.name.partition(".")
    if not reading.good:
        is_told = reading.quality is not Quality.UNSUPPORTED
        head = f"{PREFIX}unread{tag},family={escape(family)},reading={escape(reading.name)}"
        return f"{head} readings=1 {second}" if is_told else ""
    if isinstance(reading.value, str):
        return next(_words(reading.name, [((tag, second), reading.value)]), "")
    text = _number(reading.value)
    name = escape(rest or family).replace(".", "_")
    return f"{PREFIX}{escape(family)}{tag} {name}={text} {second}" if text else ""


def _values(column: Column, count: int) -> Iterable[Value]:
    return values_of(column, count_of(column, count))


def _put(column: Column, head: str, rows: list[list[str]], count: int) -> int:
    """Add the column's values to their rows; how many."""
    values = _values(column, count)
    if column.form is Form.FLAG:
        texts = [head + ("1" if value else "0") for value in values]
    elif column.form is Form.REAL:
        texts = [head + text if (text := _number(value)) else "" for value in values]
    else:
        texts = [f"{head}{value}" for value in values]
    chosen = rows if not column.runs else list(chosen_of(column, tuple(rows)))
    for own, text in zip(chosen, texts, strict=True):
        if text:
            own.append(text)
    return len(texts)


def _number(value: Value) -> str:
    """'' for what is no number, or none that a server takes."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if not isinstance(value, int | float) or not math.isfinite(value):
        return ""
    return f"{value}"


def _words(name: str, told: Iterable[tuple[tuple[str | None, int], Value]]) -> Iterator[str]:
    if name not in WORDS:
        return
    for (tag, second), word in told:
        if tag is not None and isinstance(word, str) and escape(word):
            yield (f"{PREFIX}word{tag},reading={escape(name)},word={escape(word)} told=1 {second}")


def _unread(
    column: Column, family: str, places: tuple[tuple[str | None, int], ...]
) -> Iterator[str]:
    """That something could not be read is a point too: silence would look like health."""
    if column.quality is Quality.UNSUPPORTED:
        return
    head, tail = f"{PREFIX}unread", f",family={escape(family)},reading={escape(column.name)}"
    for tag, second in chosen_of(column, places):
        if tag is not None:
            yield f"{head}{tag}{tail} readings=1 {second}"
