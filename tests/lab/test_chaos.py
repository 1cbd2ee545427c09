"""kill -9 of agents, broker and collector, by seed, with faults in flight."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab import chaos
from tests.lab.oracle import Events
from tests.lab.stand import MOSQUITTO

SEED = 20260301
KILLS = 60
LEAST = Events(
    kills=KILLS,
    kills_in_flight=KILLS // 3,
    duplicates=100,
    reconnects=KILLS // 2,
    obligations=200,
    orphans=10,
    samples=100,
    days=1,
)


@pytest.mark.laboratory
@pytest.mark.broker
def test_nothing_is_lost_or_doubled_by_kills(tmp_path: Path) -> None:
    """Whatever dies, each accepted fault is one episode with one decision and whole evidence."""
    if MOSQUITTO is None:
        pytest.skip("mosquitto is missing: apt-get install mosquitto")
    seed = chaos.seed_of_run(otherwise=SEED)
    report = chaos.run(tmp_path / "run", kills=KILLS, seed=seed, least=LEAST)

    print(report)
    assert not report.objections, str(report)
