"""Picture rules on real healthy pictures of fixed cameras: nothing claimable may open."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import av
import pytest

from agent.camera.frame_planes import take_planes
from agent.camera.picture.measure import measure
from agent.diagnosis import RULES
from agent.diagnosis.levels import Levels
from agent.diagnosis.pictures.baseline import PictureBaseline
from agent.diagnosis.pictures.learning import learn
from agent.diagnosis.rule import Verdict
from shared.reading import Value
from tests.agent.diagnosis.views import view_of

PICTURES = Path(__file__).resolve().parents[4] / "shared" / "pictures"
needs_pictures = pytest.mark.skipif(
    not (PICTURES / "manifest.csv").is_file(), reason="no real pictures beside the repository"
)
_CODES = ("picture.", "ircut.")


def figures(path: Path) -> dict[str, Value]:
    """What the decoder child would measure on this file."""
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
    figures = measure(take_planes(frame), None).figures
    return {f"picture.{name}": value for name, value in figures.items()}


@pytest.fixture(scope="module")
def healthy() -> list[tuple[str, dict[str, Value]]]:
    """View name and figures of every picture that is stated to be healthy."""
    with (PICTURES / "manifest.csv").open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["fault"] == "healthy"]
    return [(row["seq"], figures(PICTURES / row["file"])) for row in rows]


@needs_pictures
@pytest.mark.parametrize("mode", ["AUTO", "ON"])
def test_single_healthy_picture_opens_nothing(
    healthy: list[tuple[str, dict[str, Value]]], mode: str
) -> None:
    """No rule finds a fault in one healthy picture, even with sun on the panel."""
    found: Counter[str] = Counter()
    for _, values in healthy:
        view = view_of({**values, "imaging.ir_cut_filter": mode, "solar.power": 900.0})
        for rule in RULES:
            if rule.code.startswith(_CODES) and rule.judge(view).verdict is Verdict.FAULT:
                found[rule.code] += 1
    assert len(healthy) > 100
    assert not found


@needs_pictures
def test_filter_rule_says_healthy_by_day(healthy: list[tuple[str, dict[str, Value]]]) -> None:
    """The filter's rule does speak: it calls at least half of the pictures healthy."""
    rule = next(rule for rule in RULES if rule.code == "ircut.stuck_open")
    verdicts = Counter(
        rule.judge(view_of({**values, "imaging.ir_cut_filter": "AUTO"})).verdict
        for _, values in healthy
    )
    assert verdicts[Verdict.HEALTHY] >= len(healthy) // 2


@needs_pictures
def test_baseline_of_the_same_view_holds(healthy: list[tuple[str, dict[str, Value]]]) -> None:
    """After three pictures of one view, at most one in ten others of it looks faulty."""
    levels = Levels(baseline_pictures=3)
    found: Counter[tuple[str, str]] = Counter()
    judged = 0
    for name in {name for name, _ in healthy if name}:
        own = [values for view, values in healthy if view == name]
        baselines: dict[str, PictureBaseline] = {}
        for values in own[:3]:
            learnt = learn(view_of(values, levels=levels, baselines=baselines), ())
            if learnt is not None:
                baselines[learnt.light.value] = learnt
        for values in own[3:]:
            judged += 1
            view = view_of(
                {**values, "imaging.ir_cut_filter": "AUTO"}, levels=levels, baselines=baselines
            )
            for rule in RULES:
                if rule.code.startswith(_CODES) and rule.judge(view).verdict is Verdict.FAULT:
                    found[(rule.code, name)] += 1
    print(f"faults in {judged} healthy pictures against a baseline of three: {dict(found)}")
    assert judged > 10
    assert sum(found.values()) <= judged * 0.1
