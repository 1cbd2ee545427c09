"""Folders with a manifest: read whole, or refused with the reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from simulator.life.day import Site
from simulator.life.injury import Injury, Kind, Severity
from simulator.life.life import Life
from simulator.life.sheet import to_png
from simulator.life.sources import Part, UnreadableManifest, part_of, read_clips, read_folder
from simulator.life.views import open_view
from simulator.video.scene import render
from simulator.video.scene_spec import SceneSpec
from simulator.video.source import UnreadableSource

HEAD = "file,scene,light,fault,seq\n"


def write(folder: Path, manifest: str, *files: str) -> Path:
    """A folder with this manifest and pictures of the simulator's own landscape."""
    picture = to_png(render(SceneSpec(seed=1, width=160, height=90), 0))
    (folder / "manifest.csv").write_text(manifest)
    for name in files:
        (folder / name).write_bytes(picture)
    return folder


def test_pictures_of_one_seq_are_one_camera(tmp_path: Path) -> None:
    """Day and night are kept apart, doubtful ones are left out, faulty ones are kept as such."""
    folder = write(
        tmp_path,
        HEAD + "a.png,road,day,healthy,s1\nb.png,road,night_ir,healthy,s1\n"
        "c.png,road,day,ambiguous,s1\nd.png,road,day,camera_moved,s1\n"
        "e.png,shop aisle,day,healthy,\n",
        *(f"{letter}.png" for letter in "abcde"),
    )

    alone, camera = read_folder(folder)

    assert (alone.name, alone.is_indoor) == ("e.png", True)
    assert [path.name for path in (*camera.day, *camera.night)] == ["a.png", "b.png"]
    assert camera.faulty == (("camera_moved", folder / "d.png"),)


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        pytest.param(
            "file,light\na.png,day\n", "lacks the columns fault, scene, seq", id="columns"
        ),
        pytest.param(HEAD + "x.png,road,day,healthy,\n", "x.png, which is not there", id="file"),
    ],
)
def test_a_bad_manifest_names_what_is_wrong(tmp_path: Path, manifest: str, said: str) -> None:
    """The sentence names the column or the file."""
    with pytest.raises(UnreadableManifest, match=said):
        read_folder(write(tmp_path, manifest))


def test_no_manifest_is_said(tmp_path: Path) -> None:
    """A folder of bare pictures is not guessed at."""
    with pytest.raises(UnreadableManifest, match=r"manifest\.csv cannot be read"):
        read_folder(tmp_path)


def test_a_broken_picture_is_named(tmp_path: Path) -> None:
    """What libav cannot read is refused with the file's name."""
    folder = write(tmp_path, HEAD + "a.png,road,day,healthy,\n", "a.png")
    (folder / "a.png").write_bytes(b"no picture")
    (source,) = read_folder(folder)

    with pytest.raises(UnreadableSource, match=r"a\.png cannot be read"):
        open_view(source)


def test_the_split_depends_on_the_name_alone() -> None:
    """A camera is of one part for ever, and both parts have some."""
    parts = [part_of(f"camera {number}") for number in range(200)]

    assert parts == [part_of(f"camera {number}") for number in range(200)]
    assert 50 < parts.count(Part.TUNING) < 110


def test_no_clips_without_a_folder(tmp_path: Path) -> None:
    """An absent folder gives none."""
    assert read_clips(tmp_path / "none") == ()


def test_a_real_picture_of_a_fault_takes_the_views_place(tmp_path: Path) -> None:
    """From the onset the camera looks at what the faulty picture shows; nothing is put in."""
    folder = write(
        tmp_path, HEAD + "a.png,road,day,healthy,s\nb.png,road,day,camera_moved,s\n", "a.png"
    )
    moved = render(SceneSpec(seed=9, width=160, height=90), 0)
    (folder / "b.png").write_bytes(to_png(moved))
    (source,) = read_folder(folder)
    view = open_view(source, width=160, height=90)
    onset = datetime(2026, 6, 12, 9, tzinfo=UTC)
    injury = Injury(
        kind=Kind.MOVED, severity=Severity.MEDIUM, onset=onset + timedelta(hours=1), still=0
    )

    healthy = Life(view=view, seed=4, site=Site(seed=4), width=160, height=90)
    real = replace(healthy, injury=injury, _framed={})

    assert np.array_equal(real.picture(onset), healthy.picture(onset))
    later = onset + timedelta(hours=2)
    assert not np.array_equal(real.picture(later), healthy.picture(later))
    alone = replace(healthy, view=replace(view, day=(view.faulty[0][1],)), _framed={})
    assert np.array_equal(real.picture(later), alone.picture(later))
