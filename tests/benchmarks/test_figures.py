"""Figures are promises: complete, quoted from one place, and void without what makes them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import (
    agent_cost,
    claim_latency,
    clean_clone,
    crowd,
    decoder_memory,
    main_figures,
    malformed,
)
from benchmarks.figure import Bound, Figure, Measurement, Size
from benchmarks.figures import FIGURES, run, table
from benchmarks.readme import BEGIN, END, fill
from shared.frame import Lane

ROOT = Path(__file__).parents[2]


def figure(value: float | Exception, *, bound: Bound = Bound.AT_MOST) -> Figure:
    """A figure with target 5 that measures what it is told."""

    def measure(size: Size) -> Measurement:
        if isinstance(value, Exception):
            raise value
        return Measurement(value=value, made_by="a fake")

    return Figure(
        name="area.figure",
        what="what",
        unit="s",
        bound=bound,
        target=5,
        how="how",
        measure=measure,
    )


@pytest.mark.parametrize(
    ("value", "bound", "holds"),
    [
        pytest.param(5, Bound.AT_MOST, True, id="on the target"),
        pytest.param(5.1, Bound.AT_MOST, False, id="above"),
        pytest.param(5.1, Bound.AT_LEAST, True, id="above a floor"),
        pytest.param(4.9, Bound.AT_LEAST, False, id="below a floor"),
    ],
)
def test_a_figure_holds_on_its_side(value: float, bound: Bound, holds: bool) -> None:
    """The verdict follows the number."""
    (row,) = run((figure(value, bound=bound),), Size.SHORT)
    assert row.holds is holds
    assert ("holds" in table([row])) is holds


def test_what_could_not_be_measured_does_not_hold() -> None:
    """A missing counterpart is a row that falls short and says why, not a green one."""
    (row,) = run((figure(RuntimeError("mosquitto is missing")),), Size.SHORT)
    assert not row.holds
    assert "mosquitto is missing" in row.made_by


def test_names_are_unique_and_rows_are_whole() -> None:
    """Each promised figure has one row with its process, wire and counterpart."""
    names = [one.name for one in FIGURES]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+\.[a-z0-9_]+", name) for name in names)
    assert all(one.how and one.what for one in FIGURES)


def test_the_readme_quotes_the_register_only() -> None:
    """The README's table stands between its markers, and names no figure that is not measured."""
    page = (ROOT / "README.md").read_text()
    quoted = re.findall(r"^\| `([a-z]+\.[a-z_]+)`", page, re.MULTILINE)
    assert set(quoted) <= {one.name for one in FIGURES}
    assert fill(page, "X").count("X") >= 1
    assert BEGIN in page
    assert END in page


def _checkout(folder: Path, recipe: str) -> None:
    """A repository of one commit whose ``make test`` does this."""
    (folder / "Makefile").write_text(f"test:\n\t@mkdir -p build; {recipe}\n")
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    for words in (("init", "-q"), ("add", "Makefile"), (*who, "commit", "-qm", "first")):
        subprocess.run(["git", *words], cwd=folder, check=True)


def test_the_time_of_the_suite_is_that_of_make_test(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is run whole, whatever was asked of the make that runs the figures."""
    whole = '[ -z "$(ARGS)" ] && echo "120 $$(git rev-parse HEAD)" > build/test-seconds'
    _checkout(tmp_path, whole)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARGS", "tests/one")
    (row,) = (one for one in FIGURES if one.name == "main.test_min")

    assert row.measure(Size.SHORT).value == 2
    (tmp_path / "Makefile").unlink()
    assert row.measure(Size.SHORT).value == 2  # noted of this very commit
    main_figures.SUITE_SECONDS.write_text("60 of-another-commit")
    with pytest.raises(RuntimeError, match="make test failed"):
        row.measure(Size.SHORT)


def _without_mosquitto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "MOSQUITTO", None)
    monkeypatch.setattr(claim_latency, "MOSQUITTO", None)


def _without_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")


@pytest.mark.parametrize(
    ("measure", "take_away"),
    [
        pytest.param(claim_latency.measure_latency, _without_mosquitto, id="latency, broker"),
        pytest.param(agent_cost.compare, _without_mosquitto, id="cost, broker"),
        pytest.param(malformed.measure, _without_mosquitto, id="malformed, broker"),
        pytest.param(decoder_memory.measure, _without_programs, id="decoder, ffmpeg"),
        pytest.param(clean_clone.measure, _without_programs, id="clone, git and make"),
    ],
)
def test_no_figure_without_its_counterpart(
    monkeypatch: pytest.MonkeyPatch,
    measure: Callable[[Size], object],
    take_away: Callable[[pytest.MonkeyPatch], None],
) -> None:
    """Take the independent part away and there is no number."""
    take_away(monkeypatch)
    uncached = getattr(measure, "__wrapped__", measure)
    with pytest.raises((RuntimeError, OSError)):
        uncached(Size.SHORT)


def test_the_malformed_payloads_are_of_every_kind() -> None:
    """Every lane; valid, repeated, flipped, cut, grown, resealed and drawn; the same for a seed."""
    first = list(malformed.payloads(600, seed=1))
    assert first == list(malformed.payloads(600, seed=1))
    assert {lane for lane, _ in first} == set(list(Lane)[:4])
    bodies = malformed.valid_frames()
    valid = {
        malformed.valid_frame(1 + number // 4, lane=lane, body=body)
        for number in range(600)
        for lane, body in [bodies[number // 4 % len(bodies)]]
    }
    assert sum(payload in valid for _, payload in first) > 20
    assert sum(payload not in valid for _, payload in first) > 200
    assert len(set(first)) < len(first)
