"""The oracle objects to every way in which a world can be wrong, and to nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.lab.oracle import (
    Agents,
    Decision,
    Events,
    Identity,
    Objection,
    Obligation,
    World,
    Wrong,
    judge,
)

ONE, TWO, LAST = ("a", "1-00:1"), ("b", "1-00:1"), ("a", "1-00:9")
LEDGER = (
    Obligation(identity=ONE, digest="d1", files=("f1", "f2")),
    Obligation(identity=TWO, digest="d2"),
    Obligation(identity=LAST, digest="d9", is_fresh=True),
)
KEPT = {ONE: "d1", TWO: "d2", LAST: "d9"}
SAMPLE, STOPPED = ("a", "battery.charge of cam at 7"), ("a", "battery.charge of cam at 8")
AGENTS = Agents(
    kept=KEPT,
    open=frozenset({ONE}),
    accepted={SAMPLE: 4.5},
    begun={SAMPLE: 4.5, STOPPED: 5.0},
)


def claimed(name: Identity) -> Decision:
    """As it stands after a claim line was opened or found."""
    return Decision(identity=name, outcome="claim", links=1, is_reasoned=True)


SHADOW = Decision(identity=TWO, outcome="shadow", is_reasoned=True)
WORLD = World(
    episodes=(ONE, TWO, LAST),
    decisions=(claimed(LAST), SHADOW, claimed(ONE)),
    findings=(ONE, LAST),
    digests=KEPT,
    files={"f1": "f1", "f2": "f2"},
    signed={ONE: True},
    open=frozenset({ONE}),
    samples=((SAMPLE, 4.5),),
)
EVENTS = Events(kills=5, kills_in_flight=2, duplicates=9, reconnects=3, damage={"flip": 4})
UNWRITTEN = ("b", "1-00:2")


def objections(
    *, agents: Agents = AGENTS, world: World = WORLD, least: Events | None = None
) -> tuple[Objection, ...]:
    """Judge a world beside the one in which all is well."""
    return judge(LEDGER, agents=agents, world=world, events=EVENTS, least=least or Events())


def with_decision(of_two: Decision) -> World:
    """The world in which the second fault came to this."""
    return replace(WORLD, decisions=(claimed(LAST), of_two, claimed(ONE)))


def test_a_kept_promise_meets_no_objection() -> None:
    """Everything once, whole and decided, and enough happened: silence."""
    assert objections(least=EVENTS) == ()


@pytest.mark.parametrize(
    ("world", "wrong", "name"),
    [
        pytest.param(replace(WORLD, episodes=(ONE, LAST)), Wrong.LOST, "b 1-00:1", id="lost"),
        pytest.param(
            replace(WORLD, episodes=(ONE, TWO, TWO, LAST)), Wrong.DOUBLED, "b 1-00:1", id="doubled"
        ),
        pytest.param(
            replace(WORLD, episodes=(ONE, TWO, LAST, ("c", "1-00:1"))),
            Wrong.UNKNOWN,
            "c 1-00:1",
            id="unknown",
        ),
        pytest.param(
            replace(WORLD, digests={**KEPT, TWO: "other"}), Wrong.ALTERED, "b 1-00:1", id="altered"
        ),
        pytest.param(
            replace(WORLD, digests={ONE: "d1", LAST: "d9"}),
            Wrong.ALTERED,
            "b 1-00:1",
            id="an episode without its event",
        ),
        pytest.param(
            replace(WORLD, decisions=(claimed(ONE), claimed(LAST))),
            Wrong.UNDECIDED,
            "b 1-00:1",
            id="undecided",
        ),
        pytest.param(
            with_decision(Decision(identity=TWO)), Wrong.UNDECIDED, "b 1-00:1", id="still pending"
        ),
        pytest.param(
            with_decision(replace(SHADOW, is_reasoned=False)),
            Wrong.UNDECIDED,
            "b 1-00:1",
            id="no reason",
        ),
        pytest.param(
            replace(WORLD, decisions=(*WORLD.decisions, claimed(ONE))),
            Wrong.DECIDED_TWICE,
            "a 1-00:1",
            id="decided twice",
        ),
        pytest.param(
            replace(WORLD, findings=(LAST,)), Wrong.UNDECIDED, "a 1-00:1", id="no finding"
        ),
        pytest.param(
            replace(WORLD, findings=(ONE, ONE, LAST)),
            Wrong.DECIDED_TWICE,
            "a 1-00:1",
            id="on two lines",
        ),
        pytest.param(
            replace(WORLD, findings=(ONE, TWO, LAST)),
            Wrong.DECIDED_TWICE,
            "b 1-00:1",
            id="a finding of what was not claimed",
        ),
        pytest.param(
            with_decision(replace(SHADOW, outcome="incident")),
            Wrong.UNDECIDED,
            "b 1-00:1",
            id="an incident that is not there",
        ),
        pytest.param(
            with_decision(replace(SHADOW, links=1)),
            Wrong.DECIDED_TWICE,
            "b 1-00:1",
            id="no result, and yet one",
        ),
        pytest.param(
            with_decision(replace(SHADOW, outcome="task", links=2)),
            Wrong.DECIDED_TWICE,
            "b 1-00:1",
            id="two results",
        ),
        pytest.param(
            replace(WORLD, findings=(ONE, LAST, ("c", "1-00:1"))),
            Wrong.UNKNOWN,
            "c 1-00:1",
            id="a finding from nowhere",
        ),
        pytest.param(
            replace(WORLD, open=frozenset({ONE, TWO})), Wrong.STALE, "b 1-00:1", id="stale"
        ),
        pytest.param(replace(WORLD, open=frozenset()), Wrong.ENDED, "a 1-00:1", id="ended"),
        pytest.param(replace(WORLD, samples=()), Wrong.LOST, "cam at 7", id="sample lost"),
        pytest.param(
            replace(WORLD, samples=((SAMPLE, 4.5), (SAMPLE, 4.5))),
            Wrong.DOUBLED,
            "cam at 7",
            id="sample doubled",
        ),
        pytest.param(
            replace(WORLD, samples=((SAMPLE, 4.6),)), Wrong.ALTERED, "cam at 7", id="sample altered"
        ),
        pytest.param(
            replace(WORLD, samples=((SAMPLE, 4.5), (("a", "cam at 9"), 1.0))),
            Wrong.UNKNOWN,
            "cam at 9",
            id="sample from nowhere",
        ),
        pytest.param(
            replace(WORLD, files={"f1": "f1"}), Wrong.EVIDENCE_MISSING, "f2", id="file missing"
        ),
        pytest.param(
            replace(WORLD, files={"f1": "f1", "f2": "f1"}),
            Wrong.EVIDENCE_ALTERED,
            "f2",
            id="file altered",
        ),
        pytest.param(
            replace(WORLD, signed={ONE: False}), Wrong.UNSIGNED, "a 1-00:1", id="bad signature"
        ),
        pytest.param(replace(WORLD, signed={}), Wrong.UNSIGNED, "a 1-00:1", id="no manifest"),
        pytest.param(
            replace(WORLD, episodes=(ONE, TWO)), Wrong.NOT_ALIVE, "a 1-00:9", id="not alive"
        ),
    ],
)
def test_a_wrong_world_is_named(world: World, wrong: Wrong, name: str) -> None:
    """What is wrong is said with the identity it is about."""
    assert any(one.wrong is wrong and name in one.what for one in objections(world=world))


@pytest.mark.parametrize(
    ("agents", "wrong", "name"),
    [
        pytest.param(
            replace(AGENTS, kept={ONE: "d1", LAST: "d9"}),
            Wrong.FORGOTTEN,
            "b 1-00:1",
            id="forgotten",
        ),
        pytest.param(
            replace(AGENTS, kept={**KEPT, TWO: "dX"}),
            Wrong.ALTERED,
            "b 1-00:1",
            id="rotten in the outbox",
        ),
        pytest.param(
            replace(AGENTS, unreceipted=(TWO,)), Wrong.UNRECEIPTED, "b 1-00:1", id="no receipt"
        ),
        pytest.param(
            replace(AGENTS, kept={**KEPT, UNWRITTEN: "d3"}),
            Wrong.LOST,
            "b 1-00:2",
            id="committed, never written down, and lost",
        ),
    ],
)
def test_a_wrong_agent_is_named(agents: Agents, wrong: Wrong, name: str) -> None:
    """The agents' own databases are witnesses, not excuses."""
    assert any(one.wrong is wrong and name in one.what for one in objections(agents=agents))


def test_a_kill_between_commit_and_ledger_is_explained() -> None:
    """A fault that only the agent's database knows is owed like any other, and not unknown."""
    world = replace(
        WORLD,
        episodes=(*WORLD.episodes, UNWRITTEN),
        decisions=(*WORLD.decisions, replace(SHADOW, identity=UNWRITTEN)),
        digests={**KEPT, UNWRITTEN: "d3"},
    )

    assert objections(agents=replace(AGENTS, kept={**KEPT, UNWRITTEN: "d3"}), world=world) == ()
    assert [one.wrong for one in objections(world=world)] == [Wrong.UNKNOWN]


def test_a_sample_of_a_stopped_transaction_may_be_there_or_not() -> None:
    """What a kill met between beginning and acceptance is neither lost nor unknown."""
    assert objections(world=replace(WORLD, samples=((SAMPLE, 4.5), (STOPPED, 5.0)))) == ()


@pytest.mark.parametrize("outcome", ["incident", "task", "firmware_case"])
def test_every_result_is_one_decision(outcome: str) -> None:
    """What is no claim points at its one result and has no finding."""
    assert objections(world=with_decision(replace(SHADOW, outcome=outcome, links=1))) == ()


def test_without_a_fresh_event_nothing_is_proved() -> None:
    """A run that ends without a fresh event says so."""
    found = judge(LEDGER[:2], agents=AGENTS, world=WORLD, events=EVENTS, least=Events())

    assert [one.wrong for one in found] == [Wrong.NOT_ALIVE]


@pytest.mark.parametrize(
    "least",
    [
        Events(kills=1),
        Events(kills_in_flight=1),
        Events(duplicates=1),
        Events(reconnects=1),
        Events(obligations=1),
        Events(orphans=1),
        Events(samples=1),
        Events(days=1),
    ],
)
def test_an_empty_run_proves_nothing(least: Events) -> None:
    """Whatever must have happened and did not is named."""
    found = judge(LEDGER, agents=AGENTS, world=WORLD, events=Events(), least=least)

    assert [one.wrong for one in found] == [Wrong.PROVES_NOTHING]
    assert judge(LEDGER, agents=AGENTS, world=WORLD, events=least, least=least) == ()


def test_a_toxic_that_never_bit_proves_nothing() -> None:
    """Each kind of damage has its own least."""
    found = objections(least=Events(damage={"flip": 4, "reset": 1}))

    assert [str(one) for one in found] == ["the run proves nothing: 0 reset, wanted 1"]
