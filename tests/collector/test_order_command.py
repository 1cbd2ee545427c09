"""An order from a terminal: the agent's answer comes back in the language that was asked for."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from collector.__main__ import main
from collector.app import open_store
from collector.config import read_config
from collector.store import commands, tables
from shared.command import CommandResult, Outcome
from tests.collector.house import NOON
from tests.collector.test_quarantine_command import CONFIG
from tests.stores import STORES, open_store_of

ANSWER = "interrupted: the agent was restarted in the middle of it"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A collector with one agent, and nobody who sends orders."""
    path = tmp_path / "collector.toml"
    path.write_text(CONFIG)
    STORES.point(path)
    open_store(read_config(path)).dispose()
    return path


def answer_once(config: Path, outcome: Outcome, detail: str) -> None:
    """Answer the first order as its agent would, as soon as it is there."""
    engine = open_store_of(config)
    found = None
    while found is None:
        time.sleep(0.02)
        with engine.begin() as db:
            found = db.execute(select(tables.command.c.id)).scalar_one_or_none()
            if found is not None:
                result = CommandResult(found, outcome, NOON, detail)
                commands.note_result(db, agent_id="agent-farm", result=result, now=NOON)
    engine.dispose()


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ": failed: interrupted: the agent was restarted in the middle of it\n"),
        ("zh", ": 失败: 已中断：执行过程中代理被重启\n"),
    ],
)
def test_the_answer_is_told_in_the_language_asked_for(
    config: Path, capsys: pytest.CaptureFixture[str], lang: str, words: str
) -> None:
    """As on the device's page; the exit code says that it did not go well."""
    agent = threading.Thread(target=answer_once, args=(config, Outcome.FAILED, ANSWER))
    agent.start()
    order = ["command", "agent-farm", "probe_now", "--wait", "60"]
    code = main([*order, "-c", str(config), "--lang", lang])
    agent.join()

    assert code == 1
    assert capsys.readouterr().out.endswith(words)
