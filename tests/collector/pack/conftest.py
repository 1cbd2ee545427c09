"""One claim with pictures, made once for the tests that only read its pack."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.pack.make import make_pack
from collector.pack.pdf_font import load_font
from tests.collector.house import House
from tests.collector.pack.seed import (
    PACK_KEY,
    PICTURE,
    REFERENCE,
    TRANSCRIPT,
    facts_of,
    open_line,
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with two sites."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The pack of a filter fault with a reference, a picture and a transcript."""
    house = House(tmp_path_factory.mktemp("pack"))
    open_line(house, files=(REFERENCE, PICTURE, TRANSCRIPT))
    made = make_pack(facts_of(house), key=PACK_KEY, font=load_font())
    house.engine.dispose()
    return made


def text_of(pdf: bytes) -> str:
    """What an independent reader (poppler) finds as text."""
    found = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return found.stdout.decode()
