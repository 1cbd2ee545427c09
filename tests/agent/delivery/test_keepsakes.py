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
from agent.diagnosis.memory import FaultMemory
from agent.diagnosis.pictures.acceptance import Acceptance
from agent.diagnosis.rule import Sibling
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


def test_dim_days_are_kept_until_a_clear_picture(database: Database) -> None:
    """As aware moments; what is damaged is counted anew, and ends no agent."""
    days = (NOON, NOON + timedelta(days=1))
    db = database.connection
    assert keepsake_store.read_dim_days(db, "gate") == ()
    with database.transaction():
        keepsake_store.keep_dim_days(db, "gate", days, at=NOON)
    assert keepsake_store.read_dim_days(db, "gate") == days
    with database.transaction():
        keepsake_store.keep(db, "gate", keepsake_store.DIM, b"\xc1", at=NOON)
    assert keepsake_store.read_dim_days(db, "gate") == ()


def seen(database: Database, mates: tuple[str, ...] = ("barn", "lane", "pump")) -> list[Sibling]:
    """What a camera knows of its mates."""
    db = database.connection
    return list(sibling_store.read_siblings(db, mates, now=NOON, support=3))


def put(database: Database, device: str, *readings: Reading) -> None:
    """A camera with a baseline of the day, and these readings after one of its light."""
    at = readings[0].taken_at
    with database.transaction() as db:
        keepsake_store.keep_baseline(db, device, learnt(count=3)["day"])
        reading_store.add(db, device, (reading("picture.light", "day", at), *readings))


def test_siblings_are_the_mates_with_a_fresh_picture(database: Database) -> None:
    """Another camera counts with what it showed within two hours; one of another site never."""
    put(
        database,
        "barn",
        reading("picture.ref_contrast", 0.3, NOON - timedelta(hours=1)),
        reading("picture.ref_contrast", 0.9),
        reading("picture.light", "day"),
    )
    put(database, "lane", reading("picture.ref_contrast", 0.4, NOON - timedelta(hours=3)))
    put(database, "pump", reading("picture.ref_contrast", None))
    put(database, "far", reading("picture.ref_contrast", 1.0))
    (found,) = seen(database)
    assert (found.device_id, found.figures, found.light) == ("barn", {"ref_contrast": 0.9}, "day")
    assert found.norms["noise"].median == pytest.approx(1.2, rel=0.05)
    assert seen(database, ()) == []


def test_the_first_sixteen_with_a_fresh_picture_are_asked(database: Database) -> None:
    """In the order of their names, and stale ones take no place."""
    names = tuple(f"cam{index:02d}" for index in range(24))
    for index, name in enumerate(reversed(names)):
        late = timedelta(hours=3 if index % 4 == 0 else 1)
        put(database, name, reading("picture.ref_contrast", 0.9, NOON - late))
    fresh = [name for index, name in enumerate(reversed(names)) if index % 4]
    assert [one.device_id for one in seen(database, names)] == sorted(fresh)[:16]


def test_a_faulty_sibling_bears_no_witness(database: Database) -> None:
    """Two cameras of a bad batch do not excuse each other; what is suspected is told with it."""
    put(database, "barn", reading("picture.ref_detail", 0.4))
    blurred = FaultMemory("picture.blurred", FaultState.SUSPECTED)
    with database.transaction() as db:
        fault_store.keep_memory(db, "barn", blurred)
    (found,) = seen(database)
    assert found.suspected == {"picture.blurred"}
    with database.transaction() as db:
        fault_store.open_episode(
            db, event=EventId(Epoch(1, 7), 1), device_id="barn", memory=blurred, now=NOON
        )
    assert seen(database) == []
