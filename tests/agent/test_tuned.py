"""What can be tuned is shown with its origin, and what was ordered can be dropped on the spot."""

from __future__ import annotations

import fcntl
import sqlite3
from pathlib import Path

import pytest

from agent.__main__ import main
from agent.app import DATABASE
from agent.delivery import overlay_store
from agent.delivery.overlay_store import Trial
from agent.delivery.salvage import open_or_salvage
from tests.agent.fakes import NOON

OWN = """
[agent]
id = "agent"
[schedule]
concurrency = 3
[[devices]]
id = "gate"
address = "192.0.2.1"
budget = { logins_per_day = 50 }
"""
ORDER = """
[schedule]
health_every_s = 600
[[devices]]
id = "gate"
min_poll_interval_s = 900
budget = { bytes_per_day = 1000 }
"""


@pytest.fixture(name="file")
def own_file(tmp_path: Path) -> Path:
    """The agent's own file."""
    path = tmp_path / "agent.toml"
    path.write_text(OWN)
    return path


def order(file: Path, overlay: str, *, confirmed: bool) -> None:
    """Put an overlay into the agent's database."""
    database, _ = open_or_salvage(file.parent / "agent-data" / DATABASE, now=NOON)
    trial = Trial(command_id="c-1", issued_at=NOON, overlay=overlay)
    with database.transaction():
        (overlay_store.confirm if confirmed else overlay_store.keep_trial)(database, trial)
    database.close()


def say(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str
) -> tuple[int, str, str]:
    """Run the command line: exit code, output and complaints."""
    monkeypatch.setattr("sys.argv", ["preclaim-agent", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def test_each_value_says_who_set_it(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """File, order and default are told apart, key by key."""
    order(file, ORDER, confirmed=True)
    code, out, _ = say(capsys, monkeypatch, "show-config", "-c", str(file), "--lang", "en")
    origins = {line.split()[0]: (line.split()[-2], line.split()[-1]) for line in out.splitlines()}

    assert code == 0
    assert "an order lies over it" in out
    assert origins["schedule.concurrency"] == ("3", "file")
    assert origins["schedule.health_every_s"] == ("600", "order")
    assert origins["agent.outbox_mb"] == ("64", "default")
    assert origins["schedule.watch_seconds"] == ("3", "default")
    assert origins["devices.gate.budget.logins_per_day"] == ("50", "file")
    assert origins["devices.gate.budget.bytes_per_day"] == ("1000", "order")
    assert origins["devices.gate.min_poll_interval_s"] == ("900", "order")


def test_an_order_that_does_not_fit_is_named(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason is shown with the values of the file alone, and the exit code is not 0."""
    order(file, '[[devices]]\nid = "gone"\n', confirmed=True)
    code, out, _ = say(capsys, monkeypatch, "show-config", "-c", str(file), "--lang", "zh")

    assert code == 1
    assert "gone" in out
    assert "未采用" in out


@pytest.mark.parametrize("confirmed", [True, False])
def test_an_order_is_dropped_on_the_spot(
    file: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    confirmed: bool,
) -> None:
    """Whoever stands beside the agent has the last word."""
    order(file, ORDER, confirmed=confirmed)
    assert say(capsys, monkeypatch, "config", "reset", "-c", str(file))[0] == 0
    _, out, _ = say(capsys, monkeypatch, "show-config", "-c", str(file), "--lang", "en")

    assert "the file alone governs" in out
    assert "order" not in [line.split()[-1] for line in out.splitlines()]


def test_beside_a_running_agent_nothing_is_dropped(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database has one writer: the reader is told to stop the agent first."""
    order(file, ORDER, confirmed=True)
    with (file.parent / "agent-data" / "agent.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, _, complaint = say(
            capsys, monkeypatch, "config", "reset", "-c", str(file), "--lang", "en"
        )
    _, out, _ = say(capsys, monkeypatch, "show-config", "-c", str(file), "--lang", "en")

    assert code == 1
    assert "stop it first" in complaint
    assert "an order lies over it" in out


DAMAGED = b"SQLite format 3\0" + b"\xff" * 8000


@pytest.mark.parametrize(
    ("words", "english", "chinese"),
    [
        pytest.param(("show-config",), "salvages it", "抢救", id="show-config"),
        pytest.param(("outbox",), "salvages it", "抢救", id="outbox"),
        pytest.param(("outbox", "export", "box"), "salvages it", "抢救", id="export"),
    ],
)
def test_a_damaged_database_is_explained(
    file: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    english: str,
    chinese: str,
) -> None:
    """Neither a traceback nor 'not made yet': what happened, and that the agent mends it."""
    (file.parent / "agent-data").mkdir()
    (file.parent / "agent-data" / DATABASE).write_bytes(DAMAGED)
    monkeypatch.chdir(file.parent)
    for lang, said in (("en", english), ("zh", chinese)):
        code, _, complaint = say(capsys, monkeypatch, *words, "-c", str(file), "--lang", lang)
        assert code == 1
        assert said in complaint


@pytest.mark.parametrize(
    ("words", "english", "chinese"),
    [
        pytest.param(("config", "reset"), "nothing was dropped", "未丢弃", id="reset"),
        pytest.param(("run",), "cannot start", "无法启动", id="run"),
    ],
)
@pytest.mark.parametrize("blocked", ["agent-data", f"agent-data/{DATABASE}"])
def test_a_path_that_cannot_be_used_is_explained(
    file: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    english: str,
    chinese: str,
    blocked: str,
) -> None:
    """A file where the folder should be, or a folder where the database should be."""
    if blocked == "agent-data":
        (file.parent / blocked).write_text("")
    else:
        (file.parent / blocked / "in the way").mkdir(parents=True)
    for lang, said in (("en", english), ("zh", chinese)):
        code, _, complaint = say(capsys, monkeypatch, *words, "-c", str(file), "--lang", lang)
        assert code == 1
        assert said in complaint


def test_a_database_in_use_does_not_end_in_a_traceback(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's lock at the start: the agent says so and leaves it to its watcher."""

    def locked(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr("agent.life.open_or_salvage", locked)
    code, _, complaint = say(capsys, monkeypatch, "run", "-c", str(file), "--lang", "en")
    assert code == 1
    assert "cannot start: database is locked" in complaint
