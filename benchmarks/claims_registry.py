"""The registry's figures: a delivery list of 50,000 rows, and serials through a spreadsheet."""

from __future__ import annotations

import io
import random
import tempfile
import time
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Final

from openpyxl import Workbook

from benchmarks.figure import Bound, Figure, Measurement, Size
from collector.import_list import source_of, write_list
from collector.registry.read_list import read_list
from collector.settings import OrganisationEntry
from collector.store import units
from collector.store.assignments import assign
from collector.store.engine import open_engine, sqlite_url
from collector.store.migrate import migrate
from collector.text_cells import write_csv, write_xlsx

_ROWS: Final = {Size.SHORT: 5_000, Size.FULL: 50_000}
_NOW: Final = datetime(2026, 11, 26, tzinfo=UTC)
_HEADER: Final = (
    "serial",
    "model",
    "maker",
    "product",
    "batch",
    "buyer",
    "delivered_on",
    "delivery_proof",
    "onvif_serial",
    "mac",
    "lot.battery",
    "lot.mainboard",
)


def _workbook(rows: int) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Deliveries")
    sheet.append(list(_HEADER))
    for number in range(rows):
        mac = f"02:10:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}:01"
        sheet.append(
            [
                f"22010000{number:010d}",
                "SL-BULLET-5",
                "Southlight",
                "nvr_kit",
                f"LOT-{number // 500}",
                "North Trading",
                date(2026, 2, 1),
                "CMR 88-1204",
                f"ONV{number:08d}",
                mac,
                f"BAT-{number // 200}",
                f"MB-{number // 1000}",
            ]
        )
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@cache
def measure_import(size: Size) -> Measurement:
    """Seconds from the file's bytes to the commit of its rows, their images and aliases."""
    content = _workbook(_ROWS[size])
    factory = OrganisationEntry(id="factory", name="Factory", kind="factory", parent_id=None)
    with tempfile.TemporaryDirectory(prefix="preclaim-") as folder:
        engine = open_engine(sqlite_url(Path(folder)))
        migrate(engine)
        with engine.begin() as db:
            assign(db, organisations=[factory], sites=[], agents=[])
        began = time.perf_counter()
        read = read_list(content)
        with engine.begin() as db:
            write_list(
                db,
                read,
                source_of(content, read, actor="figure", filename="deliveries.xlsx"),
                organisation_id="factory",
                plan="",
                now=_NOW,
            )
        took_s = time.perf_counter() - began
        with engine.connect() as db:
            if units.find(db, f"22010000{_ROWS[size] - 1:010d}") is None:
                raise AssertionError("the last row is not there")
        engine.dispose()
    said = (
        f"{_ROWS[size]:,} rows of {len(_HEADER)} columns, XLSX, into SQLite with synchronous=FULL"
    )
    return Measurement(value=round(took_s, 2), made_by=said)


@cache
def measure_serials(size: Size) -> Measurement:
    """Serials that are other once a list of ours has been read again."""
    chance = random.Random(7)
    serials = sorted(
        {f"{chance.randrange(10**17, 10**18)}" for _ in range(_ROWS[size])}
        | {f"{chance.randrange(10**10):010d}0000000" for _ in range(1000)}
    )
    rows = [(serial, "SL-BULLET-5") for serial in serials]
    altered = 0
    for content in (
        write_xlsx("Units", ("serial", "model"), rows),
        write_csv(("serial", "model"), rows),
    ):
        back = {row.serial for row in read_list(content).rows}
        altered += sum(serial not in back for serial in serials)
    said = f"{len(serials):,} serials of 17 and 18 digits through XLSX and CSV of ours and back"
    return Measurement(value=altered, made_by=said)


FIGURES: Final = (
    Figure(
        name="claims.import_s",
        what="a delivery list of 50,000 rows is read, compared and written",
        unit="s",
        bound=Bound.AT_MOST,
        target=20.0,
        how="the importer with its child process, real SQLite; short runs take 5,000 rows",
        measure=measure_import,
    ),
    Figure(
        name="claims.serials_altered",
        what="serials that a list of ours changes on its way through a spreadsheet file",
        unit="",
        bound=Bound.AT_MOST,
        target=0.0,
        how="written by openpyxl and csv, read by calamine and the importer",
        measure=measure_serials,
    ),
)
