"""Figures about claim packs: how long one takes, what its PDF says, whether a change escapes."""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from benchmarks.figure import Bound, Figure, Measurement, Size
from collector.pack import archive
from collector.pack.check import PackError, open_pack
from collector.pack.font_error import FontError
from collector.pack.room import PackRoom
from collector.pack.seal import fingerprint
from collector.settings import DEFAULT_FONT
from tests.collector.house import House
from tests.collector.pack import seed
from tests.collector.pack.tamper import holds_by_shell, spoil

_RUNS: Final = {Size.SHORT: 7, Size.FULL: 25}
_SHELL_EVERY: Final = {Size.SHORT: 3, Size.FULL: 1}  # of all changes, by the shell commands
_WORDS: Final = (seed.SERIAL, "序列号", "Serial number", "In warranty 保修期内", "7 台中 7 台正常")


@contextmanager
def _collector(code: str) -> Iterator[tuple[House, PackRoom]]:
    """A collector with a claim: two pictures, a transcript, seven siblings, weeks of readings."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        seed.take_weeks(house)
        seed.open_line(house, code=code, files=(seed.REFERENCE, seed.PICTURE, seed.TRANSCRIPT))
        room = PackRoom(
            desk=seed.desk_of(house),
            key=seed.PACK_KEY,
            font=DEFAULT_FONT,
            directory=Path(folder, "packs"),
        )
        try:
            yield house, room
        finally:
            house.engine.dispose()


def _make(house: House, room: PackRoom) -> bytes:
    try:
        made = room.make(house.engine, 1, organisation_id="north", is_whole=True)
    except FontError as error:
        raise RuntimeError(str(error)) from error
    if made is None:
        raise RuntimeError("no claim was opened: there is nothing to pack")
    return made.content


def measure_time(size: Size) -> Measurement:
    """The median of packs from store to ZIP, after the first."""
    with _collector("battery.not_charging") as (house, room):
        took_s, cpu_s = [], []
        for _ in range(_RUNS[size] + 1):
            began, busy = time.perf_counter(), time.process_time()
            content = _make(house, room)
            took_s.append(time.perf_counter() - began)
            cpu_s.append(time.process_time() - busy)
    return Measurement(
        value=round(statistics.median(took_s[1:]), 3),
        made_by=f"store to ZIP in one process, {len(content) // 1000} kB, 2 pictures, 1512 "
        f"readings, median of {_RUNS[size]} after the first ({took_s[0]:.2f} s with the font), "
        f"worst {max(took_s[1:]):.2f} s, {statistics.median(cpu_s[1:]):.2f} s of CPU",
    )


@cache
def _whole() -> bytes:
    with _collector("ircut.stuck_open") as (house, room):
        return _make(house, room)


def measure_words(size: Size) -> Measurement:
    """How many of the words poppler finds in the PDF as text."""
    files = archive.read(_whole())
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"],
        input=files["claim.pdf"],
        capture_output=True,
        check=True,
    )
    text = done.stdout.decode()
    found = [word for word in _WORDS if word in text]
    return Measurement(
        value=100 * len(found) / len(_WORDS),
        made_by=f"pdftotext over claim.pdf, {len(_WORDS)} words: serial, 序列号, verdict, control",
    )


def measure_tampering(size: Size) -> Measurement:
    """Changes that verify, or the commands of VERIFY.txt, did not see."""
    files = archive.read(_whole())
    ours = {fingerprint(seed.PACK_KEY.public_key())}
    if not holds_by_shell(files, told=files):
        raise RuntimeError("the pack does not hold before anything is changed")
    missed, by_verify, by_shell = [], 0, 0
    for number, spoiled in enumerate(spoil(files)):
        by_verify += 1
        if _holds(archive.write(spoiled.files), ours):
            missed.append(f"verify: {spoiled.how}")
        # a stranger's own seal is seen by the fingerprint alone, which people compare
        if number % _SHELL_EVERY[size] == 0 and not spoiled.reseals:
            by_shell += 1
            if holds_by_shell(spoiled.files, told=files):
                missed.append(f"shell: {spoiled.how}")
    raw = bytearray(_whole())
    for place in range(0, len(raw), max(1, len(raw) // 400)):
        by_verify += 1
        raw[place] ^= 1
        if _holds(bytes(raw), ours):
            missed.append(f"verify: byte {place} of the ZIP")
        raw[place] ^= 1
    return Measurement(
        value=float(len(missed)),
        made_by=f"{by_verify} changes by verify, {by_shell} by sha256sum and openssl; "
        f"{', '.join(missed[:3]) or 'none missed'}",
    )


def _holds(content: bytes, ours: set[str]) -> bool:
    try:
        open_pack(content, trusted=ours)
    except PackError:
        return False
    return True


FIGURES: tuple[Figure, ...] = (
    Figure(
        name="claims.pack_s",
        what="a claim pack from the store to the sealed ZIP",
        unit="s",
        bound=Bound.AT_MOST,
        target=1,
        how="real store and evidence files; wall time of gather, PDF, seal and ZIP",
        measure=measure_time,
    ),
    Figure(
        name="claims.pdf_says",
        what="words of the claim's PDF that poppler finds as text, serial and 序列号 among them",
        unit="%",
        bound=Bound.AT_LEAST,
        target=100,
        how="pdftotext, which had no part in writing it",
        measure=measure_words,
    ),
    Figure(
        name="claims.tamper_missed",
        what="changes of a pack that verify or the commands of VERIFY.txt let pass",
        unit="changes",
        bound=Bound.AT_MOST,
        target=0,
        how="each file ±1 byte at begin, middle and end, removed, renamed, added, exchanged, "
        "another serial, signatures exchanged, sealed anew; bytes of the ZIP itself",
        measure=measure_tampering,
    ),
)
