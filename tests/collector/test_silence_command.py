"""Silences from a terminal: asked for, listed, ended; refused with the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from collector.__main__ import main
from collector.app import open_store
from collector.config import read_config
from collector.store import tables
from tests.collector.test_quarantine_command import CONFIG
from tests.stores import STORES, open_store_of


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A collector with one agent."""
    path = tmp_path / "collector.toml"
    path.write_text(CONFIG)
    STORES.point(path)
    open_store(read_config(path)).dispose()
    return path


def call(config: Path, *arguments: str) -> int:
    """Run the command."""
    return main(["silence", arguments[0], *arguments[1:], "-c", str(config)])


def test_a_window_from_a_script(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Added with reason and end, listed, ended once; the second end says that it is over."""
    site = read_config(config).sites[0].id
    wish = ("add", f"site:{site}", "--reason", "mast", "--hours", "8", "--kind", "maintenance")
    assert call(config, *wish) == 0
    assert "silence 1 until" in capsys.readouterr().out
    engine = open_store_of(config)
    with engine.begin() as db:
        row = db.execute(select(tables.silence)).one()
    engine.dispose()
    assert (row.kind, row.site_id, row.reason) == ("maintenance", site, "mast")

    assert call(config, "list") == 0
    assert f"site {read_config(config).sites[0].name}  *" in capsys.readouterr().out
    assert call(config, "end", "1") == 0
    assert call(config, "end", "1", "--lang", "zh") == 1
    assert "静默 1 已结束或不存在" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (("add", "site:farm", "--reason", "x"), "--hours: is missing"),
        (("add", "site:farm", "--hours", "4"), "--reason: is missing; write why"),
        (("add", "site:farm", "--hours", "9999", "--reason", "x"), "30 days at most"),
        (("add", "site:nowhere", "--hours", "4", "--reason", "x"), "nothing that could be"),
        (("add", "site:farm", "--hours", "4", "--reason", "x", "--start", "soon"), "no time"),
        (("add", "site:farm", "--hours", "4", "--reason", "x", "--code", "no"), "no fault code"),
    ],
)
def test_what_cannot_be_kept_names_place_and_remedy(
    config: Path, capsys: pytest.CaptureFixture[str], wish: tuple[str, ...], why: str
) -> None:
    """Exit code 2, and the store holds none."""
    site = read_config(config).sites[0].id
    assert call(config, *(part.replace("site:farm", f"site:{site}") for part in wish)) == 2
    assert why in capsys.readouterr().err
