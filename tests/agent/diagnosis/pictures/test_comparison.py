"""Figures beside the camera's own past, as people read them: the levels are those of the rules."""

from __future__ import annotations

import msgspec
import pytest

from agent.diagnosis.pictures.comparison import figures_of
from agent.diagnosis.pictures.departure import Side, depart
from agent.diagnosis.pictures.look import look_at
from agent.diagnosis.rule import View
from shared import figures
from shared.figures import Figure, Figures
from tests.agent.diagnosis.pictures.days import BASELINES, GOOD, picture
from tests.agent.diagnosis.views import view_of


def seen(**change: float) -> View:
    """A day's picture of a camera whose past is known."""
    return view_of(picture({**GOOD, **change}), baselines=BASELINES)


def found(view: View) -> dict[str, Figure]:
    """Its figures by name."""
    document = figures_of(view)
    assert document is not None
    return {figure.name: figure for figure in document.figures}


@pytest.mark.parametrize(
    ("name", "level", "side"),
    [
        ("ref_detail", "detail_least", Side.BELOW),
        ("noise", "noise_least", Side.ABOVE),
        ("ref_edges_lost_block", "lost_least", Side.ABOVE),
        ("ref_similarity", "match_least", Side.BELOW),
        ("ref_shift_x", "shift_least", Side.EITHER),
    ],
)
def test_the_level_is_the_one_that_rules_take(name: str, level: str, side: Side) -> None:
    """What the table calls the level is the bar of the departure that a rule looks at."""
    view = seen()
    look = look_at(view)
    assert look is not None
    least = float(getattr(view.levels, level))
    departure = depart(view, look, name, least=least, side=side)
    figure = found(view)[name]

    assert departure is not None
    assert (figure.value, figure.median) == pytest.approx(
        (departure.value, departure.norm.median), rel=1e-4
    )
    assert departure.bar == pytest.approx(
        figure.below if side is Side.BELOW else figure.above, rel=1e-4
    )
    assert (figure.below is None, figure.above is None) == (side is Side.ABOVE, side is Side.BELOW)
    assert not figure.is_beyond


def test_what_departs_is_beyond_its_level() -> None:
    """Lost detail lies under its level, and nothing else does."""
    beyond = {name for name, figure in found(seen(ref_detail=0.3)).items() if figure.is_beyond}

    assert beyond == {"ref_detail"}


def test_age_and_support_are_told() -> None:
    """How many pictures the past rests on, since when, and how many the reference has."""
    document = figures_of(seen())

    assert document is not None
    assert document.light == "day"
    assert document.learnt == BASELINES["day"].count >= document.wanted
    assert document.began_at == BASELINES["day"].began_at
    assert document.reference == GOOD["ref_count"]


def test_without_a_past_there_are_no_levels() -> None:
    """A camera that is new has a document that says so."""
    document = figures_of(view_of(picture(GOOD)))

    assert document is not None
    assert (document.learnt, document.figures) == (0, ())
    assert figures_of(view_of({})) is None


def test_a_picture_of_another_kind_has_no_past() -> None:
    """After a change of size nothing is compared, and the document says that it begins anew."""
    other = {**picture(GOOD), "picture.width_px": 320, "picture.height_px": 180}
    known = {**picture(GOOD), "picture.width_px": 640, "picture.height_px": 360}
    baselines = {
        light: msgspec.structs.replace(found, width_px=640, height_px=360)
        for light, found in BASELINES.items()
    }
    same, changed = (figures_of(view_of(v, baselines=baselines)) for v in (known, other))

    assert same is not None
    assert changed is not None
    assert same.figures
    assert (changed.learnt, changed.figures) == (0, ())


def test_a_young_reference_is_not_compared_with() -> None:
    """Figures of a reference that rests on too few pictures are left out, as rules leave them."""
    names = found(seen(ref_count=1))

    assert "noise" in names
    assert not [name for name in names if name.startswith("ref_")]


def test_the_document_reads_as_it_was_written() -> None:
    """JSON there and back, small enough for one piece; anything else is no document."""
    document = figures_of(seen(ref_detail=0.3))
    assert document is not None
    content = figures.write(document)

    assert figures.read(content) == document
    assert isinstance(document, Figures)
    assert 1_000 < len(content) < 12_000
    for wrong in (b"", b"{}", b"[1]", content[:-2], content + b" " * 70_000):
        assert figures.read(wrong) is None
