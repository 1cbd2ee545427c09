"""Earlier readings that a rule may ask for, on a real database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.delivery import reading_store
from agent.delivery.salvage import open_or_salvage
from agent.diagnosis.rule import HISTORY_PER_NAME
from agent.looking_back import LookingBack
from shared.reading import Quality, Reading

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def charge(percent: int, *, name: str = "battery.charge") -> Reading:
    """A reading whose time follows its number."""
    return Reading(name, percent, "%", NOON + timedelta(minutes=percent), Quality.GOOD)


def test_it_is_what_was_kept_before_the_pass(tmp_path: Path) -> None:
    """Oldest first, at most as many as rules may want, of this device and of the names asked for;
    what the pass keeps before a rule asks is not among them."""
    database, _ = open_or_salvage(tmp_path / "agent.db", now=NOON)
    db = database.connection
    before = [charge(number) for number in range(HISTORY_PER_NAME + 3)]
    reading_store.add(db, "one", before)
    reading_store.add(db, "one", [charge(1, name="solar.power")])
    reading_store.add(db, "other", [charge(99)])
    found = LookingBack(db, "one", {"battery.charge", "battery.charging"})
    reading_store.add(db, "one", [charge(1000)])

    assert found["battery.charge"] == tuple(before[3:])
    assert found.get("battery.charging") == ()
    assert sorted(found) == ["battery.charge", "battery.charging"]
    with pytest.raises(KeyError):
        found["solar.power"]
    database.close()


def test_a_name_is_read_when_it_is_asked_for_and_once(tmp_path: Path) -> None:
    """A pass in which no rule looks back reads none of it."""
    database, _ = open_or_salvage(tmp_path / "agent.db", now=NOON)
    db = database.connection
    reading_store.add(db, "one", [charge(7)])
    asked: list[str] = []
    db.set_trace_callback(asked.append)
    found = LookingBack(db, "one", {"battery.charge", "solar.power"})
    assert not [one for one in asked if "blob" in one]

    assert found["battery.charge"] == found["battery.charge"] == (charge(7),)
    assert len([one for one in asked if "blob" in one]) == 1
    database.close()
