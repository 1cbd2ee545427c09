"""The master RMA list as a file, CSV or XLSX, in the reader's language; and its command."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Final

from collector.cli_words import say
from collector.config import read_config
from collector.config_error import refuse
from collector.store.engine import open_engine, reader
from collector.store.migrate import migrate
from collector.store.views.rma_list import RmaFilter, RmaLine, list_lines
from collector.store.views.words import fault_name
from collector.text_cells import write_csv, write_xlsx
from collector.web.voice import Voice

FORMATS: Final[Mapping[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# Names that the importer and programs know; the same in both languages.
COLUMNS: Final = (
    "number",
    "rma_number",
    "serial",
    "quantity",
    "maker",
    "model",
    "batch",
    "buyer",
    "site",
    "component",
    "faults",
    "state",
    "path",
    "origin",
    "warranty",
    "warranty_until",
    "delivered_on",
    "replacement_serial",
    "opened_at",
    "submitted_at",
    "fulfilled_at",
    "closed_at",
)


def write_list(lines: Iterable[RmaLine], *, kind: str, language: str) -> bytes:
    """The file; ``kind`` is a key of FORMATS."""
    voice = Voice(language)
    rows = (_cells(line, voice) for line in lines)
    return write_csv(COLUMNS, rows) if kind == "csv" else write_xlsx("RMA", COLUMNS, rows)


def _cells(line: RmaLine, voice: Voice) -> tuple[str, ...]:
    comma = voice.t("list.comma")
    return (
        line.number,
        line.rma_number,
        line.serial,
        str(line.quantity),
        line.maker,
        line.model,
        line.batch,
        line.buyer,
        line.site,
        voice.name("component", line.component),
        comma.join(voice.say(fault_name(code)) for code in line.codes),
        voice.name("line_state", line.state),
        voice.name("path", line.path) if line.path else "",
        voice.name("origin", line.origin) if line.origin else "",
        voice.name("warranty", line.warranty),
        _day(line.warranty_until),
        _day(line.delivered_on),
        line.replacement,
        _moment(line.opened_at),
        _moment(line.submitted_at),
        _moment(line.fulfilled_at),
        _moment(line.closed_at),
    )


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""


def export_rma(arguments: argparse.Namespace) -> int:
    """Write the list to a file whose name ends in .csv or .xlsx."""
    path: Path = arguments.file
    kind = path.suffix.removeprefix(".").casefold()
    if kind not in FORMATS:
        raise refuse("file", "no_list_format", found=path.name)
    config = read_config(arguments.config)
    engine = open_engine(config.database_url)
    migrate(engine)
    wanted = RmaFilter(
        maker=arguments.maker,
        buyer=arguments.buyer,
        since=arguments.since,
        until=arguments.until,
    )
    with reader(engine) as db:
        lines = list_lines(db, None, wanted)
    engine.dispose()
    path.write_bytes(write_list(lines, kind=kind, language=arguments.lang))
    print(say("rma_written", arguments.lang, count=len(lines), file=path))  # noqa: T201 a terminal
    return 0
