"""Batches: however payloads are cut into transactions, the store ends the same."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.mutations import AGENTS, Mutations
from collector.intake.arrival import Arrival, Counts
from collector.settings import AgentEntry
from collector.store import tables
from collector.store.assignments import assign
from shared.health import Telemetry
from tests.collector.house import NOON, ORGANISATIONS, SITES, House, fault, frame_of, health

_SENT = 150


def ingested(folder: Path, batches: list[list[Arrival]]) -> tuple[Counts, dict[str, object]]:
    """The sum of the ends, and the store without what is drawn by lot."""
    folder.mkdir()
    house = House(folder)
    entries = [
        AgentEntry(id=name, organisation_id="north", site_id="farm", evidence_key=None)
        for name in AGENTS
    ]
    with house.engine.begin() as db:
        assign(db, organisations=ORGANISATIONS, sites=SITES, agents=entries)
    counts = Counts()
    for batch in batches:
        counts += house.take(*batch).counts
    store: dict[str, object] = {**house.everything()}
    store["command"] = house.count(tables.command)  # their ids are random
    house.engine.dispose()
    return counts, store


@pytest.mark.parametrize("seed", range(3))
def test_a_batch_is_its_payloads_one_by_one(tmp_path: Path, seed: int) -> None:
    """Damage, noise, strangers, repeats and good rows: one transaction or one each is the same."""
    payloads = Mutations(seed).take(_SENT)
    good = [fault(), health(), Telemetry(NOON, ()), fault("picture.black"), Telemetry(NOON, ())]
    payloads += [frame_of(m, seq=900 + n, agent_id=AGENTS[0]) for n, m in enumerate(good)]
    dice = random.Random(seed)
    payloads += dice.choices(payloads, k=_SENT // 3)  # and some of them again
    dice.shuffle(payloads)
    whole = ingested(tmp_path / "whole", [payloads])

    assert whole == ingested(tmp_path / "each", [[payload] for payload in payloads])
    ends = whole[0]
    assert ends.stored + ends.duplicate + ends.quarantined == len(payloads)
    assert ends.stored >= len(good)
