"""``preclaim-collector report``: what a list would do, and doing it, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.__main__ import main
from tests.stores import STORES, ask

CONFIG = """
[collector]
data_dir = "data"
[[organisations]]
id = "factory"
name = "Factory"
kind = "factory"
[[organisations]]
id = "north"
name = "North"
kind = "integrator"
parent = "factory"
"""
ROWS = """serial,fault,description,organisation
SC25110042,ircut.stuck_open,pink picture by day,north
SC25110043,picture.dirty,dirt on the lens again,north
SC25110044,红外灯不亮,夜间无红外补光,
"""


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """A collector without agents, and a list beside it."""
    found = tmp_path / "collector.toml"
    found.write_text(CONFIG, encoding="utf-8")
    STORES.point(found)
    (tmp_path / "list.csv").write_text(ROWS, encoding="utf-8")
    return found


def lines_of(configuration: Path) -> list[tuple[object, ...]]:
    """The pre-claims in the store."""
    return [*ask(configuration, "SELECT label_serial, via, organisation_id FROM claim_line")]


def test_dry_run_then_confirmed_then_known(
    configuration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first writes nothing, the second the rows that can be, the third nothing more; refused
    rows are named with their reason, and the command fails for them."""
    call = ["report", "-c", str(configuration), str(configuration.parent / "list.csv")]
    told = []
    for more in ([], ["--confirm"], ["--confirm", "--lang", "zh", "--organisation", "north"]):
        assert main([*call, *more]) == 1
        told.append(capsys.readouterr().out)
        if not more:
            assert lines_of(configuration) == []
    dry, done, chinese = told

    assert "dry run" in dry and "new       row 2: SC25110042" in dry
    assert "refused   row 3: SC25110043: fault: not applicable, because" in done
    assert "refused   row 4" in done and "your own organisation" in done
    assert "已有  第 2 行" in chinese and "拒绝  第 3 行" in chinese and "新建  第 4 行" in chinese
    assert lines_of(configuration) == [
        ("SC25110042", "csv", "north"),
        ("SC25110044", "csv", "north"),
    ]
