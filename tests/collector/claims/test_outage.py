"""The fewest causes that explain what is lost at a site."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.claims.outage import AgentState, HangsOn, Leaf, Level, Root, Terms, Tree
from collector.claims.outage_words import cause_of, describe

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TERMS = Terms(share=0.6, min_devices=2, together=timedelta(minutes=30))


def agent(name: str = "a", *, heard: float = 60, silent: bool = False) -> AgentState:
    """An agent heard so many minutes after noon."""
    return AgentState(id=name, heard_at=NOON + heard * MINUTE, promise_s=300.0, is_silent=silent)


def cameras(
    first: int, count: int, *, lost: float | None = None, of: str = "a", **on: str
) -> list[Leaf]:
    """Cameras that hang together, lost from so many minutes after noon on, a second each."""
    return [
        Leaf(
            position_id=number,
            agent_id=of,
            hangs_on=HangsOn(**on),
            unreachable_since=None
            if lost is None
            else NOON + lost * MINUTE + timedelta(seconds=number),
        )
        for number in range(first, first + count)
    ]


def roots(leaves: list[Leaf], *agents: AgentState) -> list[tuple[str, list[int]]]:
    """Each cause and what it explains."""
    found = Tree(leaves, agents or (agent(),), terms=TERMS).roots()
    return [(str(root.node), sorted(root.lost)) for root in found]


@pytest.mark.parametrize("level", ["power", "place", "gateway", "recorder"])
def test_the_smallest_node_that_explains_all(level: str) -> None:
    """Four cameras that share one thing, of ten: that thing, and not the site."""
    lost = cameras(1, 4, lost=0, **{level: "x"})
    name = "x" if level == "power" else "a/x"
    assert roots(lost + cameras(5, 6)) == [(f"{level}:{name}", [1, 2, 3, 4])]


def test_with_the_others_it_is_the_site() -> None:
    """The gateway's four and six beside it: one cause above both."""
    lost = cameras(1, 4, lost=0, gateway="g") + cameras(5, 6, lost=3)
    assert roots(lost) == [("site", list(range(1, 11)))]


def test_one_supply_of_two_gateways_is_above_both() -> None:
    """Two gateways on one pole, and nothing else: the pole."""
    lost = cameras(1, 3, lost=0, gateway="g", power="pole-1")
    lost += cameras(4, 3, lost=2, gateway="h", power="pole-1")
    assert roots(lost + cameras(7, 4)) == [("power:pole-1", [1, 2, 3, 4, 5, 6])]


def test_of_two_that_explain_the_same_it_is_the_lower_one() -> None:
    """A gateway whose cameras all hang on one recorder: the recorder is nearer to them."""
    lost = cameras(1, 3, lost=0, gateway="g", recorder="r")
    assert roots(lost + cameras(4, 5)) == [("recorder:a/r", [1, 2, 3])]


def test_of_two_losses_as_large_the_later_is_the_outage() -> None:
    """Two of a gateway's four were dead since the morning when the other two went."""
    dead = cameras(1, 2, lost=-300, gateway="g")
    assert roots(dead + cameras(3, 2, lost=0, gateway="g") + cameras(5, 5)) == [
        ("gateway:a/g", [3, 4])
    ]


def test_a_single_device_has_no_cause_above_it() -> None:
    """One of ten, or the only one of its gateway: a fault of its own."""
    assert roots(cameras(1, 1, lost=0, gateway="g") + cameras(2, 9)) == []


def test_a_few_of_many_are_no_outage_of_what_they_hang_on() -> None:
    """Three of a gateway's ten: it carries the other seven."""
    assert roots(cameras(1, 3, lost=0, gateway="g") + cameras(4, 7, gateway="g")) == []


def test_an_agent_that_its_data_plan_closed_says_nothing_new() -> None:
    """What it told before it was closed is not held against its gateway: nobody looks there now."""
    closed = replace(agent(), is_closed=True)
    lost = cameras(1, 3, lost=0, gateway="g") + cameras(4, 5)
    assert roots(lost) == [("gateway:a/g", [1, 2, 3])]
    assert roots(lost, closed) == []


def test_what_was_dead_before_is_explained_by_nothing() -> None:
    """A camera that went hours earlier is no part of the outage, and does not make it smaller."""
    before = cameras(1, 1, lost=-300, gateway="g")
    assert roots(before + cameras(2, 3, lost=0, gateway="g") + cameras(5, 5)) == [
        ("gateway:a/g", [2, 3, 4])
    ]


def test_failures_one_by_one_over_weeks_are_no_outage() -> None:
    """Six of ten, each a day after the other."""
    dead = [leaf for n in range(6) for leaf in cameras(n, 1, lost=n * 1440)]
    assert roots(dead + cameras(6, 4)) == []


def test_a_silent_agent_takes_its_devices_with_it() -> None:
    """Whatever they hang on below it: nobody can tell."""
    leaves = cameras(1, 4, gateway="g") + cameras(5, 1)
    assert roots(leaves, agent(silent=True)) == [("site", [1, 2, 3, 4, 5])]


def test_an_older_loss_stays_beside_the_silence() -> None:
    """The gateway was away since the morning: its cameras came not with the silence."""
    leaves = cameras(1, 4, lost=-300, gateway="g") + cameras(5, 3)
    assert roots(leaves, agent(silent=True)) == [("gateway:a/g", [1, 2, 3, 4]), ("site", [5, 6, 7])]


TWO = [*cameras(1, 4), *cameras(11, 3, of="b")]


@pytest.mark.parametrize(
    ("agents", "leaves", "expected"),
    [
        ((agent(silent=True), agent("b", silent=True)), TWO, [("site", [1, 2, 3, 4, 11, 12, 13])]),
        ((agent(silent=True), agent("b", heard=99)), TWO, [("uplink:a", [1, 2, 3, 4])]),
        (
            (agent(silent=True), agent("b", heard=99)),
            [*cameras(1, 4), *cameras(11, 3, of="b", lost=60)],
            [("site", [1, 2, 3, 4, 11, 12, 13])],
        ),
    ],
    ids=["both silent", "one silent", "one silent, the other sees nothing"],
)
def test_two_agents_tell_power_from_uplink(
    agents: tuple[AgentState, ...], leaves: list[Leaf], expected: object
) -> None:
    """The site is the cause only when no agent of it stands well."""
    assert roots(leaves, *agents) == expected


@pytest.mark.parametrize(("heard", "settled"), [(61, False), (66, True)])
def test_it_waits_for_the_other_agent(heard: float, settled: bool) -> None:
    """Until the other one spoke later than the silent one should have, it may be silent too."""
    tree = Tree(TWO, (agent(silent=True), agent("b", heard=heard)), terms=TERMS)
    assert [root.is_settled for root in tree.roots()] == [settled]


def test_an_agent_without_devices_is_an_outage_too() -> None:
    """It never named one, and is silent."""
    assert roots([], agent(silent=True)) == [("site", [])]


@pytest.mark.parametrize(
    ("agents", "cause"),
    [
        ((agent(silent=True),), "site.silent"),
        ((agent(silent=True), agent("b", silent=True)), "site.power"),
        ((agent(silent=True), agent("b", heard=99)), "uplink.lost"),
    ],
)
def test_the_words_name_what_is_known(agents: tuple[AgentState, ...], cause: str) -> None:
    """Power and uplink are told apart only where two agents can; both languages say it."""
    (root,) = Tree(TWO[: 4 if len(agents) == 1 else 9], agents, terms=TERMS).roots()
    text = describe(root, agents=len(agents))
    assert cause_of(root, agents=len(agents)).value == cause
    assert "2026-03-01 13:00:00 UTC" in text.en
    assert "2026-03-01 13:00:00 UTC" in text.zh


@given(st.data())
def test_nothing_is_explained_twice_or_out_of_nothing(data: st.DataObject) -> None:
    """Whatever is lost when: each loss has at most one cause, only lost devices have one, and
    the order in which devices are listed changes nothing."""
    names = st.sampled_from(["", "x", "y"])
    lost_at = st.none() | st.integers(0, 3).map(lambda hours: float(hours * 60))
    drawn = data.draw(st.lists(st.tuples(names, names, lost_at, st.sampled_from("ab")), max_size=9))
    leaves = [
        leaf
        for number, (power, gateway, lost, of) in enumerate(drawn)
        for leaf in cameras(number, 1, lost=lost, of=of, power=power, gateway=gateway)
    ]
    agents = (agent(silent=data.draw(st.booleans())), agent("b", heard=99))
    tree = Tree(leaves, agents, terms=TERMS)
    found: tuple[Root, ...] = tree.roots()
    explained = [one for root in found for one in root.lost]

    assert len(explained) == len(set(explained))
    assert all(tree.is_lost(one) for one in explained)
    shuffled = data.draw(st.permutations(leaves))
    assert set(roots_of(shuffled, agents)) == set(roots_of(leaves, agents))


def roots_of(
    leaves: list[Leaf], agents: tuple[AgentState, ...]
) -> list[tuple[Level, str, frozenset[int]]]:
    """The causes in a form that can be compared."""
    found = Tree(leaves, agents, terms=TERMS).roots()
    return [(root.node.level, root.node.name, frozenset(root.lost)) for root in found]
