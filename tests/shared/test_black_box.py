"""The file format of the black box: whole rows come back, damage is found and located."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.black_box import (
    BoxHead,
    BoxRow,
    DamagedBoxError,
    NoBlackBoxError,
    pack_head,
    pack_row,
    read_head,
    read_rows,
)

ROWS = st.lists(st.builds(BoxRow, st.integers(0, 255), st.binary(max_size=60)), max_size=8)
WRITTEN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def box(rows: list[BoxRow]) -> bytes:
    """A whole file."""
    head = BoxHead(agent_id="agent-1", rows=len(rows), written_at=WRITTEN)
    return pack_head(head) + b"".join(pack_row(row) for row in rows)


def read(content: bytes) -> tuple[list[BoxRow], DamagedBoxError | None]:
    """The whole rows, and the damage behind them."""
    file = io.BytesIO(content)
    head = read_head(file)
    rows: list[BoxRow] = []
    try:
        rows.extend(read_rows(file, head))
    except DamagedBoxError as error:
        return rows, error
    return rows, None


@given(ROWS)
def test_what_was_written_is_read(rows: list[BoxRow]) -> None:
    """Head and rows come back as they were."""
    content = box(rows)
    assert read(content) == (rows, None)
    assert read_head(io.BytesIO(content)).written_at == WRITTEN


@given(ROWS, st.data())
def test_a_cut_or_flipped_file_never_gives_a_wrong_row(
    rows: list[BoxRow], data: st.DataObject
) -> None:
    """What is read is a beginning of what was written, and what is missing is told."""
    content = bytearray(box(rows))
    at = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        del content[at:]
    else:
        content[at] ^= data.draw(st.integers(1, 255))
    try:
        found, damage = read(bytes(content))
    except NoBlackBoxError as error:
        assert str(error)
        return
    assert found == rows[: len(found)]
    assert damage is not None
    assert damage.rows == len(found)
    assert damage.offset <= len(content)


def test_something_behind_the_last_row_is_damage() -> None:
    """Two files run together are not taken for one."""
    rows = [BoxRow(1, b"x")]
    found, damage = read(box(rows) + box(rows))
    assert found == rows
    assert damage is not None


@pytest.mark.parametrize("content", [b"", b"PRECLAIM", b"PRECLAIM\x02\x01a", b"x" * 80])
def test_another_file_is_refused(content: bytes) -> None:
    """It says what is wrong instead of taking nothing in silence."""
    with pytest.raises(NoBlackBoxError):
        read_head(io.BytesIO(content))
