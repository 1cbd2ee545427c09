"""Power cuts that lose or tear what was not synced; a broken promise names its LAB_SEED."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from agent.delivery import keys as agent_keys
from collector import keys as collector_keys
from shared import signing
from tests.lab import power_agent, power_collector
from tests.lab.power_cut import Cut, Tally, run
from tests.lab.power_disk import SECTOR, PowerDisk
from tests.lab.power_files import KilledError, PowerFiles

# The disk that loses power lies under SQLite; PostgreSQL's own crash is in tests/e2e.
pytestmark = pytest.mark.store("sqlite")

CUTS = 24
TRIALS = 12


def test_what_a_put_promised_outlives_the_power(tmp_path: Path) -> None:
    """Agent: rows whose transaction returned are there with the same bytes, the one in flight is
    whole or not there, the file is sound and a fresh row passes."""
    assert_kept(run(CUTS, lambda seed: power_agent.cuts_of(seed, tmp_path)))


def test_what_a_receipt_promised_outlives_the_power(tmp_path: Path) -> None:
    """Collector: receipted rows and pieces are there, whole files are what their name says, and
    when the rest comes again every fault is one episode with one decision."""
    assert_kept(run(CUTS, lambda seed: power_collector.cuts_of(seed, tmp_path)))


def assert_kept(tally: Tally) -> None:
    """No promise is broken, and enough cuts hit something for that to mean anything."""
    assert tally.first == ""
    assert tally.in_flight >= tally.cuts / 2
    assert tally.promised > 5 * tally.cuts


def test_the_laboratory_bites_an_agent_that_does_not_sync(tmp_path: Path) -> None:
    """The same run with synchronous=NORMAL loses rows, although every kill -9 test passes so."""

    def one_seed(seed: int) -> Iterator[Cut]:
        return power_agent.cuts_of(seed, tmp_path, synchronous="NORMAL")

    assert run(TRIALS, one_seed).losing > 0


def test_the_laboratory_bites_a_collector_that_does_not_sync(tmp_path: Path) -> None:
    """The same run with synchronous=NORMAL loses rows that were receipted."""

    def one_seed(seed: int) -> Iterator[Cut]:
        return power_collector.cuts_of(seed, tmp_path, synchronous="NORMAL")

    assert run(TRIALS, one_seed).losing > 0


def test_the_laboratory_bites_evidence_without_its_name(tmp_path: Path) -> None:
    """With the directories' fsync left out, files are lost whose pieces were receipted."""

    def one_seed(seed: int) -> Iterator[Cut]:
        return power_collector.cuts_of(seed, tmp_path, syncs_names=False)

    tally = run(TRIALS, one_seed)
    assert tally.losing > 0
    assert "piece" in tally.first


def test_a_seed_makes_the_same_cuts_again(tmp_path: Path) -> None:
    """What a failure prints is enough to see it again."""
    first, again = (
        [
            (cut.promised, cut.taken)
            for cut in power_collector.cuts_of(7, tmp_path / name, synchronous="NORMAL")
        ]
        for name in ("first", "again")
    )
    assert first == again


@pytest.mark.parametrize("keys", [agent_keys, collector_keys])
def test_a_key_is_whole_or_not_there(
    keys: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the power goes while a key is made at first start, the next start makes one instead of
    refusing half a file."""

    def cut(_descriptor: int) -> None:
        raise KilledError

    path = tmp_path / "agent.pem"
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", cut)
        with pytest.raises(KilledError):
            keys.load_or_make(path)
    assert not path.exists()
    made = signing.key_id(keys.load_or_make(path).public_key())
    assert made == signing.key_id(keys.load_or_make(path).public_key())
    assert made == signing.key_id(signing.read_public(keys.public_path(path).read_bytes()))
    assert path.stat().st_mode & 0o777 == 0o600


def survivors(seed: int) -> dict[Path, bytes]:
    """Two sectors synced, two more written over and behind, a new name; then the cut."""
    root = Path("/disk")
    disk = PowerDisk(random.Random(seed), root, cut_at=5)
    files = PowerFiles(disk)
    disk.put(root / "old", b"")
    files.write_at(root / "old", b"a" * 2 * SECTOR, 0)
    files.sync(root / "old")
    files.write_at(root / "old", b"b" * 2 * SECTOR, SECTOR)
    files.rename(root / "old", root / "new")
    files.sync(root)
    assert disk.survived is not None
    return disk.survived


def test_the_disk_keeps_what_is_synced_and_may_lose_the_rest() -> None:
    """Over many seeds: a synced sector is never touched, an unsynced write is lost, there or
    torn at a sector, and a file is always there under one of its two names."""
    seen = {(path.name, content) for seed in range(200) for path, content in found(seed)}
    assert {name for name, _ in seen} == {"old", "new"}
    contents = {content for _, content in seen}
    a, b, hole = b"a" * SECTOR, b"b" * SECTOR, b"\0" * SECTOR
    assert contents == {a + a, a + b + b, a + b, a + a + b}
    assert hole not in contents


def found(seed: int) -> list[tuple[Path, bytes]]:
    """The one file that is left."""
    left = list(survivors(seed).items())
    assert len(left) == 1
    return left
