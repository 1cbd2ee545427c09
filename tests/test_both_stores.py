"""The list of what runs on PostgreSQL too is complete, and names nothing that is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.both_stores import FILES, NotListedError
from tests.stores import STORES

ROOT = Path(__file__).parents[1]


def test_a_file_that_is_not_listed_gets_no_store(tmp_path: Path) -> None:
    """Who asks for a store, or points a configuration at one, and is not listed, fails."""
    (tmp_path / "collector.toml").write_text("[collector]\n")
    with pytest.raises(NotListedError, match=r"test_both_stores\.py asks for a store"):
        STORES.url(tmp_path)
    with pytest.raises(NotListedError):
        STORES.point(tmp_path / "collector.toml")


def test_what_is_listed_exists() -> None:
    """Every listed file is there: the second run is never of fewer files than the list says."""
    assert FILES
    assert [file for file in sorted(FILES) if not (ROOT / file).is_file()] == []
