"""What ``preclaim-agent show`` tells of baselines."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from agent import verbs
from agent.camera.light import Light
from agent.cli import parse
from agent.delivery import keepsake_store
from agent.delivery.opening import open_file
from agent.diagnosis.pictures.acceptance import Acceptance
from agent.exit_code import DONE, FOUND
from tests.agent.diagnosis.pictures.days import learnt
from tests.agent.diagnosis.views import NOON

CONFIG = """
[agent]
id = "a"
data_dir = "data"
[[devices]]
id = "gate"
address = "192.0.2.1"
[[devices]]
id = "barn"
address = "192.0.2.2"
"""


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_age_and_support_are_shown(tmp_path: Path, lang: str) -> None:
    """How many pictures, since when, whether that is enough, and the acceptance, if any."""
    (tmp_path / "data").mkdir()
    database = open_file(tmp_path / "data" / "agent.db")
    accepted = Acceptance(light=Light.NIGHT_IR, taken_at=NOON, figures={}, jpeg=b"")
    with database.transaction() as db:
        keepsake_store.keep_baseline(db, "gate", learnt(count=24)["day"])
        keepsake_store.keep_acceptance(db, "gate", accepted)
    database.close()
    path = tmp_path / "agent.toml"
    path.write_text(CONFIG)
    out = io.StringIO()
    given = parse(["--lang", lang, "show", "-c", str(path)])
    given.lang = lang
    assert verbs.dispatch(given, out) == DONE
    _, day, night, barn = out.getvalue().splitlines()
    assert "24" in day.split()
    assert "2026-05-31" in day
    assert f"{NOON:%Y-%m-%d}" in night
    assert barn.startswith("barn")


def test_without_a_database_it_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The agent has not run yet: 1 and one sentence."""
    path = tmp_path / "agent.toml"
    path.write_text(CONFIG)
    assert verbs.dispatch(parse(["show", "-c", str(path)]), io.StringIO()) == FOUND
    assert capsys.readouterr().err
