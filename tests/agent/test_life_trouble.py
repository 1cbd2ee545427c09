"""An agent whose database fails while it runs: what is salvaged, and what only ends it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from agent import app, life
from agent.delivery import overlay_store
from agent.delivery.damage import condemned
from agent.delivery.opening import open_file
from agent.overlay import Source, read_source
from tests.agent.delivery.test_publisher import clock

OWN = '[agent]\nid = "agent"\n'


class Failing:
    """Parts that fail with one error of SQLite as soon as they run."""

    def __init__(self, code: int) -> None:
        self._code = code
        self.runs = 0

    async def run(self) -> None:
        """Fail, as a TaskGroup tells it."""
        self.runs += 1
        error = sqlite3.OperationalError("told by SQLite")
        error.sqlite_errorcode = self._code
        raise ExceptionGroup("unhandled errors", [error])


async def fail_with(code: int, source: Source, monkeypatch: pytest.MonkeyPatch) -> Failing:
    """Live with parts that fail so, until the agent ends."""
    parts = Failing(code)
    monkeypatch.setattr(life, "build", lambda *_args, **_more: parts)
    with pytest.raises(ExceptionGroup):
        await life.live(source, lambda _: pytest.fail("nothing is built"))
    return parts


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """An agent's own file."""
    path = tmp_path / "agent.toml"
    path.write_text(OWN)
    found = read_source(path)
    found.local.data_dir.mkdir(parents=True)
    return found


@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR_WRITE]
)
async def test_a_place_in_trouble_condemns_no_sound_file(
    source: Source, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """A lock or a disk that takes nothing ends the agent; the next start finds its rows."""
    parts = await fail_with(code, source, monkeypatch)

    assert parts.runs == 1
    assert condemned(app.data_file(source.local)) is None


async def test_damage_is_salvaged_once_a_minute(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A card that damages each new file too is not salvaged in a loop: whoever watches over the
    agent sees it end."""
    parts = await fail_with(sqlite3.SQLITE_CORRUPT, source, monkeypatch)

    assert parts.runs == 2
    assert "met while running" in (condemned(app.data_file(source.local)) or "")


def test_a_database_in_trouble_is_no_configurations_fault(source: Source) -> None:
    """A full or locked disk while a configuration is on trial rolls nothing back."""
    agent_db = open_file(app.data_file(source.local))
    trial = overlay_store.Trial(command_id="c", issued_at=clock(), overlay="")
    with agent_db.transaction():
        overlay_store.keep_trial(agent_db, trial)
    agent_db.close()
    full = ExceptionGroup("unhandled errors", [sqlite3.OperationalError("disk full")])
    other = ExceptionGroup("unhandled errors", [ValueError("a value that fits nowhere")])

    assert not life.blame_trial(source, full, clock=clock)
    assert life.blame_trial(source, other, clock=clock)
