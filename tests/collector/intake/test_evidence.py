"""Evidence: pieces in any order, hashes checked, signatures judged."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.intake.arrival import Counts
from collector.intake.evidence_files import EvidenceFiles
from collector.intake.file_system import LocalFiles
from collector.store import tables
from shared.evidence import EvidenceChunk, SignedManifest
from shared.fault import EvidenceAdded
from shared.identity import EventId
from tests.collector.house import EPOCH, House, chunks, device, fault, frame_of, manifest_of

PICTURE = bytes(range(256)) * 40
NAME = hashlib.sha256(PICTURE).hexdigest()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with quick holds."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_pieces_in_any_order_make_the_file(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Any order, any overlap, any cut into transactions: the file is whole and its bytes right."""
    house = House(tmp_path_factory.mktemp("house"))
    pieces = chunks(PICTURE, size=3000) + chunks(PICTURE, size=4096)
    order = data.draw(st.permutations(range(len(pieces))))
    for seq, index in enumerate(order, start=1):
        house.take(frame_of(pieces[index], seq=seq))

    (row,) = house.rows(tables.evidence_file)
    assert (row["complete"], row["received_bytes"]) == (True, len(PICTURE))
    assert house.room.evidence.path_of(NAME).read_bytes() == PICTURE
    house.engine.dispose()


def test_half_a_file_is_not_complete(house: House) -> None:
    """Evidence 1 of 2 says how far it came and gives nothing away."""
    house.take(frame_of(chunks(PICTURE, size=6000)[0], seq=1))

    (row,) = house.rows(tables.evidence_file)
    assert (row["complete"], row["received_bytes"]) == (False, 6000)
    assert not house.room.evidence.is_complete(NAME)


def test_bytes_that_are_not_their_hash_are_forgotten(house: House) -> None:
    """A forged piece: the file is discarded, the pieces may come again, and then it is whole."""
    first, second = chunks(PICTURE, size=6000)
    forged = EvidenceChunk(NAME, second.offset, second.total, b"\x00" * len(second.content))
    house.take(frame_of(first, seq=1))
    done = house.take(frame_of(forged, seq=2))

    assert done.counts == Counts(quarantined=1)
    assert [row["reason"] for row in house.rows(tables.quarantine)] == ["evidence.hash"]
    assert house.count(tables.evidence_chunk) == 0

    house.take(frame_of(first, seq=3), frame_of(second, seq=4))
    assert house.room.evidence.is_complete(NAME)


def test_piece_behind_the_end_is_refused(house: House) -> None:
    """A piece cannot end behind its file, nor a file change its size."""
    first = chunks(PICTURE, size=6000)[0]
    house.take(frame_of(EvidenceChunk(NAME, 10, 12, b"long"), seq=1), frame_of(first, seq=2))
    done = house.take(frame_of(EvidenceChunk(NAME, 0, 5, b"short"), seq=3))

    assert done.counts == Counts(quarantined=1)
    assert {row["reason"] for row in house.rows(tables.quarantine)} == {"evidence.size"}


class BadSector(LocalFiles):
    """Cannot sync one file."""

    def sync(self, path: Path) -> None:
        """Fail for a piece of this file."""
        if path.name.startswith(NAME):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        super().sync(path)


def test_a_file_that_cannot_be_synced_fails_its_own_rows_only(house: House, tmp_path: Path) -> None:
    """Its rows are not taken, as often as they come; the rows after them are."""
    evidence = EvidenceFiles(tmp_path / "evidence", BadSector())
    house.room = replace(house.room, evidence=evidence)
    piece = frame_of(chunks(PICTURE, size=6000)[0], seq=1)
    for _ in range(2):
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):
            house.take(piece)
        assert house.take(frame_of(fault(), seq=2)).counts.quarantined == 0

    assert [row["seq"] for row in house.rows(tables.frame)] == [2]


def test_file_finished_before_a_lost_commit_is_taken_for_complete(house: House) -> None:
    """A kill between rename and commit costs nothing: the piece comes again and finds the file."""
    path = house.room.evidence.path_of(NAME)
    path.parent.mkdir()
    path.write_bytes(PICTURE)
    house.take(frame_of(chunks(PICTURE, size=6000)[1], seq=2))

    assert [row["complete"] for row in house.rows(tables.evidence_file)] == [True]


@pytest.mark.parametrize(
    ("signed", "verdict"),
    [
        pytest.param(manifest_of(PICTURE), "verified", id="the agent's own"),
        pytest.param(
            manifest_of(PICTURE, agent_id="agent-shop"), "bad_signature", id="another agent's"
        ),
        pytest.param(
            SignedManifest(
                manifest_of(PICTURE).body + b"\x00",
                manifest_of(PICTURE).signature,
                manifest_of(PICTURE).key_id,
            ),
            "bad_signature",
            id="one byte more",
        ),
        pytest.param(
            SignedManifest(manifest_of(PICTURE).body, manifest_of(PICTURE).signature, "0" * 16),
            "unknown_key",
            id="another key",
        ),
    ],
)
def test_signature_is_judged(house: House, signed: SignedManifest, verdict: str) -> None:
    """Every manifest is kept with its verdict; only a verified one names the last picture."""
    house.take(frame_of(fault(manifest=signed), seq=1))

    assert [row["verdict"] for row in house.rows(tables.manifest)] == [verdict]
    pictures = [row["picture_sha256"] for row in house.rows(tables.position)]
    assert pictures == ([NAME] if verdict == "verified" else [None])


def test_manifest_that_overtakes_its_episode_is_linked_later(house: House) -> None:
    """Further evidence may come before the event that it belongs to."""
    added = EvidenceAdded(device(), EventId(EPOCH, 1), manifest_of(PICTURE))
    house.take(frame_of(added, seq=2))
    house.take(frame_of(fault(), seq=1))

    assert [row["episode_id"] for row in house.rows(tables.manifest)] == [1]
