"""Claim packs are kept as long as the policy says, and no hash of one is ever forgotten."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from collector.claims.pack_terms import PackTerms
from collector.claims.read_policy import PolicyError, parse_policy
from collector.store import packs, tables
from collector.store.packs import PackRow
from collector.tidy_packs import tidy_packs
from tests.collector.house import House
from tests.collector.notify.test_claim_entries import open_claim, withdraw
from tests.collector.notify.test_recipients import pack

YEAR = PackTerms(keep=timedelta(days=365))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def here(directory: Path) -> set[bytes]:
    """The content of every pack file."""
    return {path.read_bytes() for path in directory.glob("packs/??/*")}


def test_only_what_ended_long_ago_goes(house: House, tmp_path: Path) -> None:
    """A year after its claim ended, once, with its rows kept; what is open, ended lately, or is
    the very file of another claim stays. For ever is for ever."""
    directory = tmp_path / "packs"
    ended, lately, open_ = (open_claim(house, serial=f"SC{n}") for n in range(3))
    for line, content in ((ended, b"one"), (lately, b"two"), (open_, b"three")):
        pack(house, directory, line, content)
    with house.engine.begin() as db:
        both = hashlib.sha256(b"three").hexdigest()
        row = PackRow(version=2, sha256=both, size=5, basis="c", made_at=house.now)
        packs.add(db, row, line_id=ended, organisation_id="north")
    withdraw(house, ended)
    house.now += timedelta(days=200)
    withdraw(house, lately)
    house.now += timedelta(days=200)

    forever = PackTerms(keep=None)
    assert tidy_packs(house.engine, directory, terms=forever, now=house.now) == 0
    gone = [tidy_packs(house.engine, directory, terms=YEAR, now=house.now) for _ in range(2)]
    assert gone == [1, 0]
    assert here(tmp_path) == {b"two", b"three"}
    rows = house.rows(tables.claim_pack)
    assert [row["removed_at"] is not None for row in rows] == [True, False, False, False]
    noted = [row for row in house.rows(tables.audit) if row["action"] == "packs.removed"]
    assert len(noted) == 1


def test_what_no_row_names_goes_when_it_is_old(house: House, tmp_path: Path) -> None:
    """A file whose row another pack took over, or that a crash left, is no exception; what is not
    ours in that folder is left alone."""
    folder = tmp_path / "packs" / "ab"
    folder.mkdir(parents=True)
    old = (house.now - timedelta(days=400)).timestamp()
    for name in ("ab" * 32, "ab" + "c" * 62 + ".part", "notes.txt"):
        (folder / name).write_bytes(name.encode())
        os.utime(folder / name, (old, old))
    fresh = folder / ("ab" + "d" * 62)
    fresh.write_bytes(b"fresh")
    os.utime(fresh, (house.now.timestamp(), house.now.timestamp()))

    assert tidy_packs(house.engine, tmp_path / "packs", terms=YEAR, now=house.now) == 2
    assert here(tmp_path) == {b"notes.txt", b"fresh"}


def test_no_policy_forgets_a_claim_that_may_be_appealed() -> None:
    """Three years by default, for ever with 0, and less than 60 days is refused with the least."""
    assert parse_policy("").packs.keep == timedelta(days=1095)
    assert parse_policy("[packs]\nkeep_days = 0").packs.keep is None
    assert parse_policy("[packs]\nkeep_days = 60").packs.keep == timedelta(days=60)
    with pytest.raises(PolicyError) as found:
        parse_policy("[packs]\nkeep_days = 30")
    assert "60" in found.value.problems[0].line("zh")
