"""The oracle: what was accepted must have arrived, once, whole, and nothing else. Pure.

An *obligation* is a fault that an agent durably accepted: its identity was written down only
after the transaction had returned. A kill between the commit and that line leaves a fault that
nobody wrote down; the agent's own database knows it, so it is an obligation as well. The oracle
compares obligations with the world at the collector and names each thing that is wrong. Each
must have been decided once: pending is not enough.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

Identity: TypeAlias = tuple[str, str]  # agent, and "counter-nonce:seq" within it


class Wrong(enum.Enum):
    """What an objection is about."""

    LOST = "lost"
    DOUBLED = "doubled"
    UNKNOWN = "unknown"
    ALTERED = "altered"
    UNDECIDED = "undecided"
    DECIDED_TWICE = "decided twice"
    FORGOTTEN = "forgotten by the agent"
    STALE = "over at its agent, open at the collector"
    ENDED = "open at its agent, over at the collector"
    EVIDENCE_MISSING = "evidence missing"
    EVIDENCE_ALTERED = "evidence altered"
    UNSIGNED = "signature does not hold"
    UNRECEIPTED = "never receipted"
    NOT_ALIVE = "no fresh event passed"
    PROVES_NOTHING = "the run proves nothing"


LOSSES = frozenset({Wrong.LOST, Wrong.ALTERED, Wrong.EVIDENCE_MISSING, Wrong.EVIDENCE_ALTERED})
DOUBLES = frozenset({Wrong.DOUBLED, Wrong.DECIDED_TWICE, Wrong.UNKNOWN})
CLAIM: Final = "claim"
LINKED: Final = frozenset({CLAIM, "incident", "task", "firmware_case"})  # the others only say why


@dataclass(frozen=True, slots=True)
class Objection:
    """One thing that is wrong, by name."""

    wrong: Wrong
    what: str

    def __str__(self) -> str:
        """One line of a report."""
        return f"{self.wrong.value}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """One fault that an agent accepted."""

    identity: Identity
    digest: str  # SHA-256 of lane and body, hex, as the collector computes it
    files: tuple[str, ...] = ()  # SHA-256 of each file that its manifest names
    is_fresh: bool = False  # recorded after the faults of the run were over


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the collector made of one episode."""

    identity: Identity
    outcome: str = ""  # '' while it is pending
    links: int = 0  # how many of line, incident, task and firmware case it points at
    is_reasoned: bool = False  # in both languages


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the collector holds at the end; sequences keep doubles."""

    episodes: Sequence[Identity]
    decisions: Sequence[Decision]
    findings: Sequence[Identity]  # the episode of each finding on a claim line
    digests: Mapping[Identity, str]  # of the accepted fault rows
    files: Mapping[str, str]  # name of each complete evidence file -> hash of its bytes
    signed: Mapping[Identity, bool] = field(default_factory=dict)  # manifests: does it hold
    open: frozenset[Identity] = frozenset()
    samples: Sequence[tuple[Identity, float]] = ()  # what the history of readings gives
    days: int = 0  # days that samples were merged into


@dataclass(frozen=True, slots=True, kw_only=True)
class Agents:
    """What the agents' own databases hold at the end."""

    kept: Mapping[Identity, str]  # fault rows -> digest of the row as it lies there
    unreceipted: tuple[Identity, ...] = ()
    open: frozenset[Identity] = frozenset()
    forgotten: int = 0  # episodes that only a snapshot can end
    accepted: Mapping[Identity, float] = field(default_factory=dict)  # samples, and their numbers
    begun: Mapping[Identity, float] = field(default_factory=dict)  # those a kill may have stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """What happened during the run, or what must have happened at least."""

    kills: int = 0
    kills_in_flight: int = 0  # kills while accepted faults were not yet at the collector
    duplicates: int = 0  # deliveries that the collector recognised
    reconnects: int = 0
    obligations: int = 0
    orphans: int = 0  # episodes whose end only a snapshot told
    samples: int = 0  # of telemetry, accepted
    days: int = 0  # of merged telemetry at the collector
    damage: Mapping[str, int] = field(default_factory=dict)  # by toxic: how often it bit


def judge(
    written: Iterable[Obligation],
    *,
    agents: Agents,
    world: World,
    events: Events,
    least: Events,
) -> tuple[Objection, ...]:
    """Every objection, sorted by kind and name; none means that the promise was kept."""
    ledger = {one.identity: one for one in written}
    owed = _owed(ledger, agents)
    return (
        *_episodes(owed, world),
        *_decisions(owed, world),
        *_content(owed, world),
        *_standing(agents, world),
        *_samples(agents, world),
        *_evidence(ledger.values(), world),
        *_agents(ledger, agents),
        *_alive(ledger.values(), world),
        *_worth(events, least),
    )


def _owed(ledger: Mapping[Identity, Obligation], agents: Agents) -> dict[Identity, str]:
    """Identity -> digest of all that was accepted, written down or not."""
    return {**agents.kept, **{name: one.digest for name, one in ledger.items()}}


def _episodes(owed: Mapping[Identity, str], world: World) -> Iterable[Objection]:
    count = Counter(world.episodes)
    for name in sorted(owed.keys() - count.keys()):
        yield Objection(Wrong.LOST, _text(name))
    for name in sorted(count.keys() - owed.keys()):
        yield Objection(Wrong.UNKNOWN, _text(name))
    for name, times in sorted(count.items()):
        if times > 1:
            yield Objection(Wrong.DOUBLED, f"{_text(name)} is {times} episodes")


def _decisions(owed: Mapping[Identity, str], world: World) -> Iterable[Objection]:
    """A row that says "pending" is a promise, not a decision: only what was decided counts."""
    decisions: dict[Identity, list[Decision]] = {}
    for one in world.decisions:
        decisions.setdefault(one.identity, []).append(one)
    findings = Counter(world.findings)
    for name in sorted((owed.keys() & set(world.episodes)) - decisions.keys()):
        yield Objection(Wrong.UNDECIDED, _text(name))
    for name, rows in sorted(decisions.items()):
        if len(rows) > 1:
            yield Objection(Wrong.DECIDED_TWICE, f"{_text(name)} has {len(rows)} decisions")
        for row in rows:
            yield from _outcome(row, findings=findings[name])
    for name in sorted(findings.keys() - decisions.keys()):
        yield Objection(Wrong.UNKNOWN, f"finding of {_text(name)}, which has no decision")


def _outcome(row: Decision, *, findings: int) -> Iterable[Objection]:
    """One finding on one line, or one other outcome and no finding; a reason in any case."""
    name = _text(row.identity)
    if not row.outcome:
        yield Objection(Wrong.UNDECIDED, f"{name} is still pending")
        return
    if not row.is_reasoned:
        yield Objection(Wrong.UNDECIDED, f"{name} is {row.outcome} without a reason")
    if row.links != (row.outcome in LINKED):
        wrong = Wrong.DECIDED_TWICE if row.links else Wrong.UNDECIDED
        yield Objection(wrong, f"{name} is {row.outcome} and points at {row.links} results")
    if findings != (row.outcome == CLAIM):
        wrong = Wrong.DECIDED_TWICE if findings else Wrong.UNDECIDED
        yield Objection(wrong, f"{name} is {row.outcome} and has {findings} findings")


def _content(owed: Mapping[Identity, str], world: World) -> Iterable[Objection]:
    for name in sorted(owed.keys() & set(world.episodes)):
        found = world.digests.get(name)
        if found != owed[name]:
            yield Objection(Wrong.ALTERED, f"{_text(name)} was {owed[name]}, arrived as {found}")


def _standing(agents: Agents, world: World) -> Iterable[Objection]:
    """After its last snapshot an agent and the collector agree on what is open."""
    for name in sorted(world.open - agents.open):
        yield Objection(Wrong.STALE, _text(name))
    for name in sorted((agents.open & set(world.episodes)) - world.open):
        yield Objection(Wrong.ENDED, _text(name))


def _samples(agents: Agents, world: World) -> Iterable[Objection]:
    """Each accepted sample once, as it was; and none that no agent took."""
    count = Counter(name for name, _ in world.samples)
    known = {**agents.begun, **agents.accepted}
    for name in sorted(agents.accepted.keys() - count.keys()):
        yield Objection(Wrong.LOST, _text(name))
    for name, times in sorted(count.items()):
        if times > 1:
            yield Objection(Wrong.DOUBLED, f"{_text(name)} is there {times} times")
    for name, number in world.samples:
        if name not in known:
            yield Objection(Wrong.UNKNOWN, _text(name))
        elif known[name] != number:
            yield Objection(Wrong.ALTERED, f"{_text(name)} was {known[name]}, reads {number}")


def _evidence(ledger: Iterable[Obligation], world: World) -> Iterable[Objection]:
    for one in ledger:
        if not one.files:
            continue
        if not world.signed.get(one.identity, False):
            yield Objection(Wrong.UNSIGNED, _text(one.identity))
        for sha256 in one.files:
            found = world.files.get(sha256)
            if found is None:
                yield Objection(Wrong.EVIDENCE_MISSING, f"{sha256} of {_text(one.identity)}")
            elif found != sha256:
                yield Objection(Wrong.EVIDENCE_ALTERED, f"{sha256} of {_text(one.identity)}")


def _agents(ledger: Mapping[Identity, Obligation], agents: Agents) -> Iterable[Objection]:
    for name in sorted(ledger.keys() - agents.kept.keys()):
        yield Objection(Wrong.FORGOTTEN, f"{_text(name)} is not in the database that accepted it")
    for name in sorted(ledger.keys() & agents.kept.keys()):
        if agents.kept[name] != ledger[name].digest:
            yield Objection(Wrong.ALTERED, f"{_text(name)} changed in the agent's database")
    for name in agents.unreceipted:
        yield Objection(Wrong.UNRECEIPTED, _text(name))


def _alive(ledger: Iterable[Obligation], world: World) -> Iterable[Objection]:
    fresh = {one.identity for one in ledger if one.is_fresh}
    if not fresh:
        yield Objection(Wrong.NOT_ALIVE, "no agent recorded one")
    for name in sorted(fresh - set(world.episodes)):
        yield Objection(Wrong.NOT_ALIVE, _text(name))


def _worth(events: Events, least: Events) -> Iterable[Objection]:
    """Anti-vacuity: a run in which nothing was hit is no evidence."""
    pairs = {
        "kills": (events.kills, least.kills),
        "kills in flight": (events.kills_in_flight, least.kills_in_flight),
        "duplicate deliveries": (events.duplicates, least.duplicates),
        "reconnects": (events.reconnects, least.reconnects),
        "accepted faults": (events.obligations, least.obligations),
        "episodes ended by a snapshot": (events.orphans, least.orphans),
        "telemetry samples": (events.samples, least.samples),
        "days of merged telemetry": (events.days, least.days),
        **{name: (events.damage.get(name, 0), bites) for name, bites in least.damage.items()},
    }
    for what, (seen, wanted) in pairs.items():
        if seen < wanted:
            yield Objection(Wrong.PROVES_NOTHING, f"{seen} {what}, wanted {wanted}")


def _text(name: Identity) -> str:
    return f"{name[0]} {name[1]}"
