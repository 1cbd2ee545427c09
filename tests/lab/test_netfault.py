"""A minute through the fault proxy, by seed; half a minute on the second store."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab import chaos, netfault
from tests.lab.oracle import Events
from tests.lab.stand import MOSQUITTO
from tests.lab.toxics import DAMAGES
from tests.stores import STORES

SEED = 20260301
SECONDS = {"sqlite": 60.0, "postgresql": 30.0}
LEAST = Events(
    duplicates=1,
    reconnects=5,
    obligations=100,
    orphans=1,
    samples=50,
    damage={kind.value: 1 for kind in DAMAGES},
)


@pytest.mark.laboratory
@pytest.mark.broker
def test_no_bad_link_loses_or_doubles(tmp_path: Path) -> None:
    """Through every toxic each accepted fault is one episode with one decision, and whole."""
    if MOSQUITTO is None:
        pytest.skip("mosquitto is missing: apt-get install mosquitto")
    seed = chaos.seed_of_run(otherwise=SEED)
    got = netfault.run(tmp_path / "run", seconds=SECONDS[STORES.name], seed=seed, least=LEAST)

    print(got.report, got.memory)
    assert not got.report.objections, str(got.report)
