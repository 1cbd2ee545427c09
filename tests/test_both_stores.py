"""The list of what runs on PostgreSQL too is complete, and neither list names what is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.both_stores import FILES, NotListedError
from tests.conftest import LONGEST
from tests.stores import STORES

ROOT = Path(__file__).parents[1]


def test_a_file_that_is_not_listed_gets_no_store(tmp_path: Path) -> None:
    """Who asks for a store, or points a configuration at one, and is not listed, fails."""
    (tmp_path / "collector.toml").write_text("[collector]\n")
    with pytest.raises(NotListedError, match=r"test_both_stores\.py asks for a store"):
        STORES.url(tmp_path)
    with pytest.raises(NotListedError):
        STORES.point(tmp_path / "collector.toml")


@pytest.mark.parametrize("listed", [sorted(FILES), LONGEST], ids=["both stores", "longest"])
def test_what_is_listed_exists(listed: list[str]) -> None:
    """Every listed file is there: nothing is left out or put last because it was renamed."""
    assert listed
    assert [file for file in listed if not (ROOT / file).is_file()] == []
