"""Folders with a manifest: read whole, or refused with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

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
