"""Encoded loops: decodable, GOPs fixed, shared, and true to the scene."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import pytest

from simulator.video.access_unit import nal_type
from simulator.video.encode import EncodedLoop, UnknownCodec, encode_jpeg, encode_loop
from simulator.video.scene_spec import SceneSpec
from tests.simulator.video.measures import decode, difference, luma, magenta_excess, scene

CODECS = ("h264", "h265")


def encoded(spec: SceneSpec, codec: str) -> EncodedLoop:
    """Encode two GOPs of five pictures."""
    return encode_loop(spec, codec=codec, fps=10, gop=5, seconds=1)


@pytest.mark.parametrize("codec", CODECS)
def test_every_gop_begins_with_a_key_picture(codec: str) -> None:
    """Key pictures stand at the GOP's distance and nowhere else, and carry their parameter sets."""
    loop = encoded(scene(), codec)
    assert [unit.key for unit in loop.access_units] == [True, *[False] * 4] * 2
    for unit in loop.access_units:
        assert (set(loop.parameter_sets) <= set(unit.nals)) is unit.key


@pytest.mark.parametrize(("codec", "kinds"), [("h264", [7, 8]), ("h265", [32, 33, 34])])
def test_parameter_sets_are_complete(codec: str, kinds: list[int]) -> None:
    """A player that has them from the description can start at any key picture."""
    sets = encoded(scene(), codec).parameter_sets
    assert [nal_type(codec, one) for one in sets] == kinds


@pytest.mark.parametrize("codec", CODECS)
def test_one_picture_goes_in_and_one_comes_out(codec: str) -> None:
    """There are no B frames and no delay: each access unit decodes to its own frame at once."""
    loop = encoded(scene(), codec)
    context = av.CodecContext.create("h264" if codec == "h264" else "hevc", "r")
    stream = b"".join(b"\0\0\0\1" + nal for unit in loop.access_units for nal in unit.nals)
    assert len(decode(loop)) == len(loop.access_units) == 10
    kinds = [
        av.video.frame.PictureType(frame.pict_type).name
        for packet in [*context.parse(stream), *context.parse(b"")]
        for frame in context.decode(packet)
    ]
    assert set(kinds) == {"I", "P"}


@pytest.mark.parametrize("codec", CODECS)
def test_faults_survive_the_encoding(codec: str) -> None:
    """What a probe decodes shows the fault: magenta, black, or equal key pictures."""
    healthy = decode(encoded(scene(), codec))
    frozen = decode(encoded(scene("frozen"), codec))
    assert magenta_excess(decode(encoded(scene("ircut_stuck_open"), codec))[0]) > 0.05
    assert magenta_excess(healthy[0]) < 0
    assert luma(decode(encoded(scene("black"), codec))[0]) < 5
    assert difference(healthy[0], healthy[5]) > 1
    assert difference(frozen[0], frozen[5]) < 0.4


def test_equal_scenes_share_one_encoding() -> None:
    """Many cameras that ask at the same time get the very same loop."""
    with ThreadPoolExecutor(4) as threads:
        loops = list(threads.map(lambda _: encoded(scene(seed=77), "h264"), range(8)))
    assert all(loop is loops[0] for loop in loops)


def test_what_cannot_be_seen_shares_the_loop_too() -> None:
    """A stuck filter's commanded position and a battery fault change nothing to encode."""
    stuck = encoded(scene("ircut_stuck_open", filter_in=True), "h264")
    assert encoded(scene("ircut_stuck_open", "modem_dead", filter_in=False), "h264") is stuck


def test_a_loop_is_whole_gops() -> None:
    """Seconds are rounded up, so that the repetition starts with a key picture."""
    loop = encode_loop(scene(), codec="h264", fps=10, gop=8, seconds=1)
    assert len(loop.access_units) == 16


def test_the_jpeg_is_a_picture_of_the_scene() -> None:
    """The snapshot decodes to the size of the stream, and the next one differs."""
    with av.open(io.BytesIO(encoded(scene(), "h264").jpeg)) as container:
        (frame,) = container.decode(video=0)
    assert (frame.width, frame.height) == (320, 180)
    assert encode_jpeg(scene(), frame_index=1) != encode_jpeg(scene(), frame_index=2)


def test_unknown_codec_is_refused() -> None:
    """The error says which codecs there are."""
    with pytest.raises(UnknownCodec, match="h264 or h265"):
        encoded(scene(), "mpeg4")


@pytest.mark.parametrize(("fps", "gop"), [(0, 5), (10, 0)])
def test_empty_loops_are_refused(fps: int, gop: int) -> None:
    """A loop has at least one picture a second and one picture a GOP."""
    with pytest.raises(ValueError, match="at least 1"):
        encode_loop(scene(), codec="h264", fps=fps, gop=gop)


def test_a_clip_moves(tmp_path: Path) -> None:
    """A clip in place of the scene shows its frames in turn."""
    clip = tmp_path / "yard.mp4"
    with av.open(str(clip), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for shade in (40, 120, 200):
            frame = av.VideoFrame(320, 180, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([shade]) * plane.buffer_size)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    shades = [luma(picture) for picture in decode(encoded(scene(source=clip), "h264"))]
    assert shades[0] < shades[1] < shades[2]
    assert shades[3] == pytest.approx(shades[0], abs=3)


def test_a_healthy_watch_of_five_seconds_sees_change() -> None:
    """By default the loop is longer than a probe watches: its first and last key frames differ."""
    shown = decode(encode_loop(scene(), codec="h264", fps=10, gop=20))
    assert len(shown) == 60
    assert difference(shown[0], shown[40]) > 1
