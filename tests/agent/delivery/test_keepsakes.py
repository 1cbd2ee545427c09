"""What is kept of a camera's pictures: baselines, acceptances, and what its siblings show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from agent.camera.light import Light
from agent.delivery import fault_store, keepsake_store, reading_store, sibling_store
from agent.delivery.database import Database
from agent.delivery.opening import open_file
from agent.diagnosis.engine import FaultMemory
from agent.diagnosis.pictures.acceptance import Acceptance
from shared.fault import FaultState
from shared.identity import Epoch, EventId
from shared.reading import Reading
from tests.agent.diagnosis.pictures.days import learnt
from tests.agent.diagnosis.views import NOON, reading

ACCEPTED = Acceptance(
    light=Light.DAY, taken_at=NOON, figures={"sharpness": 0.4}, jpeg=b"\xff\xd8", reference=b"blob"
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A fresh agent database."""
    made = open_file(tmp_path / "agent.db")
    yield made
    made.close()


def test_an_acceptance_is_kept_by_light(database: Database) -> None:
    """Day and night stand side by side, moment and picture with them; others' are others'."""
    night = Acceptance(light=Light.NIGHT_IR, taken_at=NOON, figures={}, jpeg=b"n")
    with database.transaction() as db:
        keepsake_store.keep_acceptance(db, "gate", ACCEPTED)
        keepsake_store.keep_acceptance(db, "gate", night)
    db = database.connection
    assert keepsake_store.read_acceptances(db, "gate") == {"day": ACCEPTED, "night": night}
    assert keepsake_store.read_acceptances(db, "barn") == {}


def test_a_damaged_baseline_is_none(database: Database) -> None:
    """It is learnt anew; the agent does not end on it."""
    with database.transaction() as db:
        keepsake_store.keep_baseline(db, "gate", learnt(count=3)["day"])
        keepsake_store.keep(db, "gate", "light:night", b"\xc1", at=NOON)
        keepsake_store.keep(db, "gate", "acceptance:day", b"\xc1", at=NOON)
    db = database.connection
    assert set(keepsake_store.read_baselines(db, "gate")) == {"day"}
    assert keepsake_store.read_acceptances(db, "gate") == {}


def test_siblings_are_those_with_a_fresh_picture(database: Database) -> None:
    """Another camera counts with what it showed within two hours; the camera itself never does."""

    def put(device: str, *readings: Reading) -> None:
        with database.transaction() as db:
            keepsake_store.keep_baseline(db, device, learnt(count=3)["day"])
            reading_store.add(db, device, readings)

    old = NOON - timedelta(hours=3)
    put("gate", reading("picture.ref_contrast", 0.2))
    put(
        "barn",
        reading("picture.ref_contrast", 0.3, NOON - timedelta(hours=1)),
        reading("picture.ref_contrast", 0.9),
        reading("picture.light", "day"),
    )
    put("lane", reading("picture.ref_contrast", 0.4, old))
    put("pump", reading("picture.ref_contrast", None))
    (found,) = sibling_store.read_siblings(database.connection, "gate", now=NOON)
    assert (found.device_id, found.figures, found.light) == ("barn", {"ref_contrast": 0.9}, "day")


def test_a_faulty_sibling_bears_no_witness(database: Database) -> None:
    """Two cameras of a bad batch on one site do not excuse each other as weather."""
    with database.transaction() as db:
        keepsake_store.keep_baseline(db, "barn", learnt(count=3)["day"])
        reading_store.add(db, "barn", (reading("picture.ref_detail", 0.4),))
    assert sibling_store.read_siblings(database.connection, "gate", now=NOON)
    with database.transaction() as db:
        fault_store.open_episode(
            db,
            event=EventId(Epoch(1, 7), 1),
            device_id="barn",
            memory=FaultMemory("picture.blurred", FaultState.OPEN),
            now=NOON,
        )
    assert sibling_store.read_siblings(database.connection, "gate", now=NOON) == ()
