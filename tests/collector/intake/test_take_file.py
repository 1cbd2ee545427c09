"""A black box carried by hand: the same rows by MQTT, before or after, change nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.intake.arrival import Arrival, Counts
from collector.intake.take_file import Taken, take_file
from collector.store import agents, tables
from shared.black_box import BoxHead, BoxRow, pack_head, pack_row
from shared.fault import FaultKind
from shared.frame import unpack
from tests.collector.house import NOON, House, chunks, device, fault, frame_of, health, manifest_of

PICTURE = bytes(range(256)) * 40
ROWS = [
    frame_of(fault(manifest=manifest_of(PICTURE)), seq=1),
    frame_of(health(device()), seq=2),
    *(frame_of(piece, seq=3 + n) for n, piece in enumerate(chunks(PICTURE, size=4096))),
    frame_of(fault("picture.black"), seq=6),
    frame_of(fault("picture.black", kind=FaultKind.CLEARED, episode=6), seq=7),
]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with quick holds."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def box(rows: list[Arrival], *, agent_id: str = "agent-farm") -> bytes:
    """What the agent's export would write."""
    head = BoxHead(agent_id=agent_id, rows=len(rows), written_at=NOON)
    packed = (pack_row(BoxRow(unpack(r.payload).header.lane, r.payload)) for r in rows)
    return pack_head(head) + b"".join(packed)


def carry(house: House, content: bytes) -> Taken:
    """Bring a file."""
    return take_file(
        house.engine, io.BytesIO(content), room=house.room, actor="test", clock=lambda: house.now
    )


def what_it_knows(house: House) -> dict[str, object]:
    """All that a person or a decision could see of the rows."""
    return {
        "frames": sorted((r["seq"], r["digest"]) for r in house.rows(tables.frame)),  # type: ignore[type-var]
        "episodes": sorted(
            (str(r["code"]), r["state"], r["seq"]) for r in house.rows(tables.episode)
        ),  # type: ignore[type-var]
        "decisions": house.count(tables.decision),
        "files": [(r["sha256"], r["complete"]) for r in house.rows(tables.evidence_file)],
        "manifests": house.count(tables.manifest),
        "quarantine": house.count(tables.quarantine),
    }


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One collector for all examples."""
    made = House(tmp_path_factory.mktemp("house"))
    yield made
    made.engine.dispose()


def empty(house: House) -> House:
    """Without rows and files, as at the first start."""
    kept = {"organisation", "site", "agent", "store_meta"}
    with house.engine.begin() as db:
        for table in reversed(tables.metadata.sorted_tables):
            if table.name not in kept:
                db.execute(table.delete())
    for path in house.room.evidence.path_of("0" * 64).parents[1].rglob("*"):
        if path.is_file():
            path.unlink()
    return house


@settings(max_examples=12, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.booleans(), st.lists(st.sampled_from(range(len(ROWS))), min_size=1)),
        max_size=5,
    ),
    last_by_file=st.booleans(),
)
def test_file_and_mqtt_in_any_order_are_one_delivery(
    shared_house: House, steps: list[tuple[bool, list[int]]], last_by_file: bool
) -> None:
    """However the rows are split between file and MQTT, and repeated: the store is the same."""
    empty(shared_house).take(*ROWS)
    once = what_it_knows(shared_house)
    both = empty(shared_house)
    counted, sent = Counts(), 0
    for by_file, numbers in [*steps, (last_by_file, list(range(len(ROWS))))]:
        rows = [ROWS[number] for number in numbers]
        counted += carry(both, box(rows)).counts if by_file else both.take(*rows).counts
        sent += len(rows)
    assert what_it_knows(both) == once
    assert counted == Counts(stored=len(ROWS), duplicate=sent - len(ROWS))


def test_a_file_is_no_sign_of_life(house: House) -> None:
    """The site stays silent and its devices unknown: a file says how things stood once."""
    house.take(frame_of(health(device()), seq=1))
    house.pass_time(60)
    house.tick()
    carry(house, box([frame_of(health(device(), at=NOON + timedelta(minutes=1)), seq=2)]))
    house.tick()

    with house.engine.begin() as db:
        agent = agents.find(db, "agent-farm")
    assert agent is not None
    assert agent.last_seen_at == NOON
    assert agent.silent_since is not None
    assert [row["standing"] for row in house.rows(tables.position)] == ["unknown"]


def test_a_stranger_s_file_waits_in_quarantine(house: House) -> None:
    """As by MQTT: refused as unassigned, replayable."""
    taken = carry(house, box([frame_of(fault(), seq=1)], agent_id="newcomer"))
    assert taken.counts == Counts(quarantined=1)
    assert [row["reason"] for row in house.rows(tables.quarantine)] == ["unassigned"]


def test_rows_before_the_damage_are_taken(house: House) -> None:
    """It says where the file is damaged; what was whole is stored, and again it is a duplicate."""
    content = box(ROWS)
    cut = carry(house, content[:-100])
    assert cut.damage is not None
    assert cut.damage.rows == cut.counts.stored == len(ROWS) - 1
    whole = carry(house, content)
    assert (whole.damage, whole.counts) == (None, Counts(stored=1, duplicate=len(ROWS) - 1))
    assert house.rows(tables.audit)[-1]["action"] == "file.ingested"
