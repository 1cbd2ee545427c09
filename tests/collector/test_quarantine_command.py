"""The quarantine in a terminal: what it shows, replays and drops, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.__main__ import main
from collector.app import make_room, open_store
from collector.config import read_config
from collector.intake.arrival import Arrival, Counts
from collector.intake.decipher import decipher
from collector.intake.ingest import ingest
from collector.quarantine_command import remedy
from collector.store import tables
from collector.web import voice
from tests.collector.house import NOON, fault, frame_of
from tests.stores import STORES, open_store_of

CONFIG = """
[collector]
data_dir = "data"
[[organisations]]
id = "factory"
name = "Factory"
kind = "factory"
[[sites]]
id = "farm"
name = "Farm"
organisation = "factory"
zone = "UTC"
[[agents]]
id = "agent-farm"
organisation = "factory"
site = "farm"
"""
NEWCOMER = """
[[agents]]
id = "newcomer"
organisation = "factory"
site = "farm"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A collector whose quarantine holds a stranger's fault and a damaged payload."""
    path = tmp_path / "collector.toml"
    path.write_text(CONFIG)
    STORES.point(path)
    settings = read_config(path)
    engine = open_store(settings)
    damaged = frame_of(fault(), seq=2)
    arrivals = [
        frame_of(fault(), seq=1, agent_id="newcomer"),
        Arrival(damaged.topic, damaged.payload[:-1] + b"\x1b"),
    ]
    ingest(engine, arrivals, room=make_room(settings), now=NOON)
    engine.dispose()
    return path


def quarantined(config: Path) -> list[str]:
    """The reasons that are left."""
    engine = open_store_of(config)
    with engine.begin() as db:
        found = [row.reason for row in db.execute(tables.quarantine.select())]
    engine.dispose()
    return found


def test_show_says_what_it_is_and_what_to_do(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Header, decoded body, hex, reason and remedy; in Chinese the remedy is Chinese."""
    assert main(["quarantine", "show", "1", "-c", str(config), "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert "unassigned" in told
    assert "[[agents]] entry" in told
    assert "lane 1 (fault)" in told
    assert "battery.not_charging" in told
    assert "50 43 01 01" in told

    assert main(["quarantine", "show", "--id", "1", "-c", str(config), "--lang", "zh"]) == 0
    assert "处理办法" in capsys.readouterr().out


def test_replay_tells_what_became_of_each(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The stranger's row is refused until it is assigned; then it enters once."""
    assert main(["quarantine", "replay", "-c", str(config), "--lang", "en"]) == 0
    assert capsys.readouterr().out.count("refused again") == 2
    assert quarantined(config) == ["unassigned", "frame.checksum"]

    config.write_text(config.read_text() + NEWCOMER)
    call = ["quarantine", "replay", "--reason", "unassigned", "-c", str(config), "--lang", "en"]
    assert main(call) == 0
    assert "1 accepted, 0 still refused" in capsys.readouterr().out
    assert quarantined(config) == ["frame.checksum"]

    engine = open_store_of(config)
    again = [frame_of(fault(), seq=1, agent_id="newcomer")]  # the broker brings it once more
    done = ingest(engine, again, room=make_room(read_config(config)), now=NOON)
    with engine.begin() as db:
        episodes = db.execute(tables.episode.select()).all()
    engine.dispose()
    assert (done.counts, len(episodes)) == (Counts(duplicate=1), 1)


def test_drop_asks_first_and_is_audited(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --confirm nothing changes and the exit code says so."""
    call = ["quarantine", "drop", "--reason", "frame.checksum", "-c", str(config), "--lang", "en"]
    assert main(call) == 1
    assert "1 rows would be dropped" in capsys.readouterr().err
    assert quarantined(config) == ["unassigned", "frame.checksum"]

    assert main([*call, "--confirm"]) == 0
    assert quarantined(config) == ["unassigned"]
    engine = open_store_of(config)
    with engine.begin() as db:
        audited = [(row.action, row.detail) for row in db.execute(tables.audit.select())]
    engine.dispose()
    assert ("quarantine.dropped", "1 rows: frame.checksum") in audited


@pytest.mark.parametrize(
    ("call", "code"), [(["drop"], 2), (["show"], 2), (["show", "99"], 1)], ids=str
)
def test_a_call_that_names_no_row_is_refused(
    config: Path, call: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which rows must be said; a row that is gone is an error with a reason."""
    assert main(["quarantine", *call, "-c", str(config), "--lang", "en"]) == code
    assert "quarantine list" in capsys.readouterr().err


def test_what_a_stranger_wrote_cannot_steer_the_terminal(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Control characters of a payload or topic never reach the screen."""
    settings = read_config(config)
    engine = open_store(settings)
    ingest(engine, [Arrival("\x1b[2J", b"\x1b[31m")], room=make_room(settings), now=NOON)
    engine.dispose()
    for call in (["list"], ["show", "3"]):
        assert main(["quarantine", *call, "-c", str(config)]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_every_reason_has_a_remedy_in_both_languages() -> None:
    """No reason leaves a person without a next step."""
    en = voice.load_texts("en")
    reasons = [key.partition(".")[2] for key in en if key.startswith("quarantine_why.")]
    assert len(reasons) > 15
    for reason in reasons:
        for lang in ("en", "zh"):
            assert all(remedy(reason, lang)), (reason, lang)


@pytest.mark.parametrize("payload", [b"", b"PC", b"\0" * 40, frame_of(fault(), seq=1).payload])
def test_anything_can_be_deciphered(payload: bytes) -> None:
    """Whatever bytes there are, a person gets lines about them."""
    assert list(decipher(payload))
