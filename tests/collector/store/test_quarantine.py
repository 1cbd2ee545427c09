"""The quarantine: bounded, fair between agents, and what it cannot keep is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.intake.replay import replay
from collector.settings import AgentEntry
from collector.store import quarantine, tables
from collector.store.assignments import assign
from collector.store.quarantine import Bound, add_all
from collector.store.quarantine_row import Quarantined
from collector.store.quarantine_share import Kind, Share, Shares, first_to_go
from shared.fault import FaultKind
from shared.identity import EventId
from shared.receipt import SeqRange
from tests.collector.house import (
    EPOCH,
    ORGANISATIONS,
    SITES,
    House,
    agents,
    fault,
    frame_of,
    health,
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with an empty quarantine."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def refused(
    number: int,
    *,
    agent: str = "agent-farm",
    reason: str = "frame.checksum",
    lane: int | None = None,
    size: int = 20,
) -> Quarantined:
    """One payload; the number makes it different from others."""
    return Quarantined(
        topic="t",
        agent_id=agent,
        organisation_id={"agent-farm": "north", "agent-shop": "south"}.get(agent),
        identity=EventId(EPOCH, number + 1) if lane else None,
        lane=lane,
        reason=reason,
        detail="",
        payload=number.to_bytes(8, "big").ljust(size, b"."),
    )


def add(house: House, *items: Quarantined, bound: Bound) -> None:
    """In a transaction of their own."""
    with house.engine.begin() as db:
        add_all(db, items, now=house.now, bound=bound)


def kept_of(house: House) -> Counter[object]:
    """Rows by agent."""
    return Counter(row["agent_id"] for row in house.rows(tables.quarantine))


def accounted(house: House) -> int:
    """Times that the kept rows were seen, and what was only counted."""
    kept = sum(int(str(row["count"])) for row in house.rows(tables.quarantine))
    return kept + sum(int(str(row["not_kept"])) for row in house.rows(tables.quarantine_share))


def check_account(house: House, bound: Bound) -> None:
    """The shares say what is there, and it is within the bound."""
    rows = house.rows(tables.quarantine)
    sizes = [len(bytes(row["payload"])) for row in rows]  # type: ignore[call-overload]
    shares = house.rows(tables.quarantine_share)
    assert sum(int(str(share["rows"])) for share in shares) == len(rows) <= bound.rows
    assert sum(int(str(share["bytes"])) for share in shares) == sum(sizes) <= bound.bytes


def test_a_flood_pushes_out_nobody_elses_rows(house: House) -> None:
    """An agent with few refused rows keeps them while another sends a thousand."""
    bound = Bound(rows=50, bytes=10**6)
    add(house, *(refused(n, agent="agent-shop") for n in range(20)), bound=bound)
    for part in range(10):
        add(house, *(refused(part * 100 + n) for n in range(100)), bound=bound)

    assert kept_of(house) == {"agent-shop": 20, "agent-farm": 30}
    add(house, *(refused(n, agent="agent-shop") for n in range(20, 40)), bound=bound)
    assert kept_of(house) == {"agent-shop": 25, "agent-farm": 25}
    assert accounted(house) == 1040
    check_account(house, bound)


def test_strangers_share_one_place(house: House) -> None:
    """Names are free to invent, so a thousand of them weigh no more than one agent."""
    bound = Bound(rows=40, bytes=10**6)
    add(house, *(refused(n) for n in range(20)), bound=bound)
    add(house, *(refused(n, agent=f"x{n}") for n in range(1000)), bound=bound)

    assert kept_of(house)["agent-farm"] == 20
    counted = [row for row in house.rows(tables.quarantine_share) if row["not_kept"]]
    assert [row["agent_id"] for row in counted] == [""]
    check_account(house, bound)


def test_noise_leaves_before_a_fault(house: House) -> None:
    """A refused fault takes the place of a payload that names no row, never the other way."""
    bound = Bound(rows=12, bytes=10**6)
    add(house, *(refused(n) for n in range(10)), bound=bound)
    add(house, *(refused(n, lane=1, reason="wire.malformed") for n in range(6)), bound=bound)
    add(house, *(refused(100 + n) for n in range(50)), bound=bound)

    lanes = Counter(row["lane"] for row in house.rows(tables.quarantine))
    assert lanes == {1: 6, None: 6}
    assert accounted(house) == 66


def test_a_fault_that_was_kept_gives_way_to_nothing(house: House) -> None:
    """It was receipted as refused, so it is nowhere else; what finds no room says so."""
    bound = Bound(rows=8, bytes=10**6)
    faults = [refused(n, lane=1, reason="wire.malformed") for n in range(9)]
    with house.engine.begin() as db:
        assert add_all(db, faults, now=house.now, bound=bound) == tuple(faults[4:])
    with house.engine.begin() as db:
        others = [refused(n, agent="agent-shop", lane=1) for n in range(4)]
        assert add_all(db, others, now=house.now, bound=bound) == tuple(others[1:])
    add(house, *(refused(n, agent="agent-shop") for n in range(50)), bound=bound)

    assert kept_of(house) == {"agent-farm": 4, "agent-shop": 1 + 3}
    assert Counter(row["lane"] for row in house.rows(tables.quarantine)) == {1: 5, None: 3}
    assert house.count(tables.seq_lost) == 0  # their agents keep what is not here
    assert accounted(house) == 63
    check_account(house, bound)


def test_neither_strangers_nor_one_agent_fill_it_with_faults(house: House) -> None:
    """Strangers' faults have a tenth, agents may fill half, and an agent's first fault finds room
    by what may give way; no fault that was kept goes for it."""
    bound = Bound(rows=20, bytes=10**6)
    strange = [refused(n, agent=f"x{n}", reason="unassigned", lane=1) for n in range(50)]
    many = [refused(n, lane=1, reason="wire.malformed") for n in range(50)]
    with house.engine.begin() as db:
        assert add_all(db, strange, now=house.now, bound=bound) == tuple(strange[2:])
        assert add_all(db, many, now=house.now, bound=bound) == tuple(many[8:])
    add(house, *(refused(n, agent=f"y{n}") for n in range(50)), bound=bound)
    first = [refused(n, agent="agent-shop", lane=1) for n in range(2)]
    with house.engine.begin() as db:
        assert add_all(db, first, now=house.now, bound=bound) == (first[1],)

    lanes = Counter((row["agent_id"], row["lane"]) for row in house.rows(tables.quarantine))
    assert lanes["agent-farm", 1] == 8
    assert lanes["agent-shop", 1] == 1
    assert sum(n for (agent, lane), n in lanes.items() if agent.startswith("x") and lane == 1) == 2
    check_account(house, bound)


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([0, 1]), st.booleans()), max_size=80))
def test_a_fault_of_an_agent_that_has_none_here_finds_room(
    arrivals: list[tuple[int, int, bool]],
) -> None:
    """Whatever came before from whom: noise gives way to it, even where all hold the same."""
    shares = Shares((), max_rows=10, max_bytes=1000)

    def put(kind: Kind, *, is_ours: bool) -> bool:
        if not shares.may_hold(kind, is_ours=is_ours, size=10):
            return False
        while not shares.has_room(10):
            victim = shares.victim(kind, is_ours=is_ours, size=10)
            if victim is None:
                return False
            assert not victim.stays
            shares.add(victim, is_ours=victim.agent_id != "x", rows=-1, size=-10)
        shares.add(kind, is_ours=is_ours, rows=1, size=10)
        return True

    for agent, lane, is_ours in arrivals:
        name = f"agent-{agent}" if is_ours else "x"
        put(Kind(agent_id=name, reason="r", lane=lane), is_ours=is_ours)
    assert put(Kind(agent_id="new", reason="r", lane=1), is_ours=True)


def test_a_full_quarantine_receipts_no_fault_that_it_cannot_keep(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its agent keeps it and sends it again; once there is room it is kept and receipted."""
    monkeypatch.setattr(quarantine, "Bound", lambda: Bound(rows=6, bytes=10**6))
    unknown = [frame_of(fault(kind=FaultKind.CLEARED), seq=seq) for seq in range(1, 6)]
    told = house.take(*unknown, frame_of(health(), seq=9))
    (receipt,) = [receipt for _, receipt in told.receipts]
    assert [one.seq for one in receipt.refused] == [1, 2, 3]
    assert receipt.ranges == (SeqRange(9, 9),)

    first = house.rows(tables.quarantine)[0]["id"]
    with house.engine.begin() as db:
        quarantine.remove(db, quarantine_id=int(str(first)), now=house.now)
    (receipt,) = [receipt for _, receipt in house.take(*unknown[3:]).receipts]
    assert [one.seq for one in receipt.refused] == [4]


def test_a_replay_loses_no_fault_for_which_its_new_owner_has_no_room(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stranger's fault that is refused for another reason now stays under the old one."""
    monkeypatch.setattr(quarantine, "Bound", lambda: Bound(rows=4, bytes=10**6))
    cleared = fault(kind=FaultKind.CLEARED)
    house.take(*(frame_of(cleared, seq=seq) for seq in range(1, 5)))
    house.take(frame_of(cleared, seq=1, agent_id="agent-new"))
    entry = AgentEntry(id="agent-new", organisation_id="north", site_id="farm", evidence_key=None)
    with house.engine.begin() as db:
        assign(db, organisations=ORGANISATIONS, sites=SITES, agents=(*agents(None), entry))
    house.take(*(frame_of(cleared, seq=seq, agent_id="agent-new") for seq in range(2, 5)))
    before = house.rows(tables.quarantine)
    replay(house.engine, reason="unassigned", room=house.room, now=house.now)
    assert house.rows(tables.quarantine) == before
    assert Counter(row["agent_id"] for row in before) == {"agent-farm": 2, "agent-new": 2}


def test_bytes_are_bounded_too(house: House) -> None:
    """Few large payloads fill it as many small ones do."""
    bound = Bound(rows=1000, bytes=10_000)
    add(house, *(refused(n, size=3000) for n in range(8)), bound=bound)
    add(house, *(refused(n, agent="agent-shop", size=1000) for n in range(3)), bound=bound)

    assert kept_of(house)["agent-shop"] == 3
    assert accounted(house) == 11
    check_account(house, bound)


def test_a_row_that_leaves_makes_room(house: House) -> None:
    """Dropping a row gives its place back."""
    bound = Bound(rows=5, bytes=10**6)
    add(house, *(refused(n) for n in range(5)), bound=bound)
    first = house.rows(tables.quarantine)[0]["id"]
    with house.engine.begin() as db:
        assert quarantine.remove(db, quarantine_id=int(str(first)), now=house.now)
        assert not quarantine.remove(db, quarantine_id=int(str(first)), now=house.now)
    add(house, refused(77), bound=bound)

    assert accounted(house) == house.count(tables.quarantine) == 5
    check_account(house, bound)


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One collector for all examples."""
    made = House(tmp_path_factory.mktemp("house"))
    yield made
    made.engine.dispose()


@settings(max_examples=20, deadline=None)
@given(
    batches=st.lists(
        st.lists(
            st.builds(
                refused,
                st.integers(0, 30),
                agent=st.sampled_from(["agent-farm", "agent-shop", "a", "b"]),
                reason=st.sampled_from(["frame.checksum", "wire.malformed"]),
                lane=st.sampled_from([None, 1, 4]),
                size=st.integers(8, 90),
            ),
            max_size=12,
        ),
        max_size=6,
    )
)
def test_kept_or_counted(shared_house: House, batches: list[list[Quarantined]]) -> None:
    """Whatever comes in whatever order: within the bound, and each is kept or counted."""
    house = shared_house
    with house.engine.begin() as db:
        db.execute(tables.quarantine.delete())
        db.execute(tables.quarantine_share.delete())
    bound = Bound(rows=7, bytes=400)
    for batch in batches:
        add(house, *batch, bound=bound)
        check_account(house, bound)
    assert accounted(house) == sum(len(batch) for batch in batches)


def test_the_share_of_equals_is_equal() -> None:
    """Of two kinds of one agent the larger gives way; of two agents the one that has more."""
    small = Kind(agent_id="a", reason="x", lane=0)
    large = Kind(agent_id="a", reason="y", lane=0)
    shares = Shares(
        [
            Share(kind=small, is_ours=True, rows=1, bytes=1),
            Share(kind=large, is_ours=True, rows=3, bytes=3),
        ],
        max_rows=4,
        max_bytes=100,
    )
    assert shares.victim(small, is_ours=True, size=1) == large
    assert shares.victim(large, is_ours=True, size=1) is None
    assert shares.victim(Kind(agent_id="b", reason="x", lane=0), is_ours=True, size=1) == large


SHARES = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 5), st.integers(0, 4), st.integers(0, 4)),
    unique_by=lambda share: share[:2],
    max_size=8,
)


@given(SHARES, st.booleans())
def test_of_one_holder_the_least_worth_goes_first(
    drawn: list[tuple[str, int, int, int]], by_bytes: bool
) -> None:
    """Of a holder's kinds gives way the one worth least, of those the largest, then the first;
    a fault never."""
    shares = [
        Share(
            kind=Kind(agent_id="agent-farm", reason=reason, lane=lane),
            is_ours=True,
            rows=rows,
            bytes=rows * size,
        )
        for reason, lane, rows, size in drawn
    ]
    there = [share for share in shares if share.rows and share.kind.lane != 1]
    expected = min(
        there,
        key=lambda s: (s.kind.worth, -(s.bytes if by_bytes else s.rows)),
        default=None,
    )
    assert first_to_go(shares, by_bytes=by_bytes) is expected


def test_a_kind_gives_way_row_by_row_in_order(house: House) -> None:
    """However many of a kind must go at once, they go oldest first and each of them once."""
    bound = Bound(rows=600, bytes=10**6)
    add(house, *(refused(n) for n in range(600)), bound=bound)
    add(house, *(refused(n, lane=1, reason="wire.malformed") for n in range(250)), bound=bound)

    left = [row for row in house.rows(tables.quarantine) if row["lane"] is None]
    assert [row["payload"] for row in left] == [refused(n).payload for n in range(250, 600)]
    assert accounted(house) == 850
    check_account(house, bound)
