"""``[recorder]``: what it says, what is wrong in it, and what the verb shows of it."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.cli import parse
from agent.config_file import load_config
from agent.config_problem import ConfigError
from agent.delivery import reading_store
from agent.recorder import memory
from agent.recorder.command import show_recorder
from agent.recorder.ledger import Gap, Ledger, Reason
from agent.recorder.memory import ChannelMemory
from shared.reading import Quality, Reading
from tests.agent.recorder.host import AGENT, CAMERA, Host

NIGHT = '[recorder]\nhours = ["22:00-06:00"]\nzone = "Asia/Shanghai"\nretention_days = 30\n'
ONE = f'[[recorder.channels]]\ndevice = "{CAMERA}"\nfolder = "rec"\n'


def _write(folder: Path, text: str) -> Path:
    path = folder / "agent.toml"
    path.write_text(
        f'[agent]\nid = "{AGENT}"\n[[devices]]\nid = "{CAMERA}"\naddress = "192.0.2.1"\n{text}'
    )
    return path


def test_a_channel_takes_what_it_does_not_say(tmp_path: Path) -> None:
    """Hours, zone and days of retention come from [recorder]; a channel's own word goes first."""
    config = load_config(_write(tmp_path, NIGHT + ONE + "retention_days = 7\n"))
    (channel,) = config.recorder.channels
    assert (channel.folder, channel.retention_days) == (tmp_path / "rec", 7)
    evening = datetime(2026, 3, 2, 13, tzinfo=UTC).timestamp()
    ((begin, end),) = channel.schedule.due(evening, evening + 12 * 3600)
    assert (begin - evening, end - begin) == (3600, 8 * 3600)


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ('[recorder]\nmounts = ["rec"]', "recorder.mounts", "no absolute path"),
        ('[recorder]\nhours = ["8 to 9"]\nzone = "UTC"', "recorder.hours", "are no hours"),
        ('[recorder]\ndays = ["mon"]', "recorder.zone", "need a zone"),
        ('[recorder]\nzone = "Nowhere/City"', "recorder.zone", "no time zone"),
        ("[recorder]\nfile_s = 0", "recorder.file_s", "1"),
        ("[recorder]\nfoo = 1", "recorder.foo", "unknown"),
        (ONE.replace(CAMERA, "other"), "recorder.channels[0].device", "id of no device"),
        (ONE + ONE, "recorder.channels[1]", "again"),
        ('[[recorder.channels]]\nfolder = "x"', "recorder.channels[0].device", "missing"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, key: str, said: str) -> None:
    """Each mistake with its place, in both languages, and no other beside it."""
    with pytest.raises(ConfigError) as found:
        load_config(_write(tmp_path, text + "\n"))
    (problem,) = found.value.problems
    assert problem.key == key
    assert said in problem.line("en")
    assert problem.line("zh") != problem.line("en")


async def test_the_verb_shows_channels_and_gaps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside a running agent, in both languages and as JSON, with what it told of its host."""
    host = Host(tmp_path, f"[recorder]\n{ONE}", reports=False)
    gap = Gap(1_780_000_000.0, 1_780_003_600.0, Reason.CAMERA_UNREACHABLE)
    book = Ledger(gap.begin - 60, gap.end + 600, newest=gap.end + 600, gaps=(gap,))
    known = ChannelMemory(ledger=book, since=gap.begin - 60, looked=gap.end + 900)
    with host.database.transaction() as db:
        memory.keep_channel(db, AGENT, CAMERA, known, at=host.clock.now)
        lost = Reading("storage.mounted", False, "", host.clock.now, Quality.GOOD, detail="/rec")
        reading_store.add(db, AGENT, [lost])
    (tmp_path / "agent-data").mkdir()
    host.database.close()
    (tmp_path / "agent.db").rename(tmp_path / "agent-data" / "agent.db")
    told = {}
    for lang, *more in (["en"], ["zh"], ["en", "--json"]):
        out = io.StringIO()
        verb = ["recorder", "-c", str(tmp_path / "agent.toml"), "--lang", lang, *more]
        assert show_recorder(parse(verb), out) == 0
        told[(lang, *more)] = out.getvalue()
    assert "the camera did not answer" in told["en",]
    assert "摄像机无应答" in told["zh",]
    channel = json.loads(told["en", "--json"])["channels"][CAMERA]
    assert channel["gaps"][0]["reason"] == "camera unreachable"
    line = "storage.mounted  no           good     /rec"
    assert f"newest at {host.clock.now:%Y-%m-%d %H:%M} UTC" in told["en",] and line in told["en",]
    assert "代理自述（最新于" in told["zh",]
    (own,) = json.loads(told["en", "--json"])["told"]
    assert (own["name"], own["value"], own["quality"]) == ("storage.mounted", False, "good")
    capsys.readouterr()


def test_the_verb_needs_no_agent_that_ran(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Disks are shown before the first start, and that nothing else is known."""
    out = io.StringIO()
    config = _write(tmp_path, "")
    assert show_recorder(parse(["recorder", "-c", str(config), "--lang", "en"]), out) == 0

    assert "the agent has told nothing of this host yet" in out.getvalue()
    capsys.readouterr()
