"""A few seconds of H.264 or H.265, encoded once and shared by every session of equal scene."""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import cast

import av
import numpy as np
from numpy.typing import NDArray

from simulator.video.scene import render
from simulator.video.scene_spec import PICTURE_FAULTS, SceneSpec

_JPEG_QUALITY = 3  # libavcodec's scale for MJPEG: 2 best, 31 worst; cameras sit near 3
_LAMBDA_PER_STEP = 118  # FF_QP2LAMBDA of libavutil
_H264_KEY = 5
_H264_PARAMETERS = (7, 8)
_H264_DROPPED = (6, 9)  # encoder chatter and delimiters, which cameras do not send
_H265_KEYS = range(16, 22)
_H265_PARAMETERS = (32, 33, 34)
_H265_DROPPED = (35, 39, 40)


class UnknownCodec(ValueError):
    """The codec is neither h264 nor h265, or this PyAV was built without its encoder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessUnit:
    """One coded picture as NAL units without start codes; a key one carries its parameter sets."""

    nals: tuple[bytes, ...]
    key: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedLoop:
    """Pictures that may be repeated for ever: whole GOPs, the first starts with an IDR.

    `parameter_sets` are SPS and PPS (H.264) or VPS, SPS and PPS (H.265). `jpeg` is the first frame.
    """

    codec: str
    width: int
    height: int
    fps: int
    access_units: tuple[AccessUnit, ...]
    parameter_sets: tuple[bytes, ...]
    jpeg: bytes

    @property
    def byte_count(self) -> int:
        """Count the bytes of one round."""
        return sum(len(nal) for unit in self.access_units for nal in unit.nals)


def encode_loop(
    scene: SceneSpec, *, codec: str, fps: int, gop: int, seconds: float = 4
) -> EncodedLoop:
    """Encode at least `seconds` of `scene`, rounded up to whole GOPs; blocking, so use a thread.

    The last 96 answers are kept. Raises UnknownCodec, UnreadableSource, or ValueError when fps or
    gop is below 1.
    """
    if fps < 1 or gop < 1:
        raise ValueError(f"fps and gop must be at least 1, not {fps} and {gop}")
    shown = replace(scene, filter_in=scene.filter_is_in, faults=scene.faults & PICTURE_FAULTS)
    return _encode_cached(shown, codec, fps, gop, seconds)


def encode_jpeg(scene: SceneSpec, *, frame_index: int = 0) -> bytes:
    """Encode one frame as JPEG; blocking, 10 ms at 640x360."""
    context = _open("mjpeg", scene, fps=1, pixel_format="yuvj420p")
    context.options = {"flags": "+qscale", "global_quality": str(_JPEG_QUALITY * _LAMBDA_PER_STEP)}
    frame = _frame(render(scene, frame_index), "yuvj420p", at=0)
    return b"".join(bytes(packet) for packet in (*context.encode(frame), *context.encode(None)))


@lru_cache(maxsize=96)
def _encode_cached(scene: SceneSpec, codec: str, fps: int, gop: int, seconds: float) -> EncodedLoop:
    gop_count = max(1, -(-int(seconds * fps) // gop))
    context = _encoder(codec, scene, fps=fps, gop=gop)
    packets: list[bytes] = []
    for index in range(gop_count * gop):
        frame = _frame(render(scene, index), "yuv420p", at=index)
        packets += [bytes(packet) for packet in context.encode(frame)]
    packets += [bytes(packet) for packet in context.encode(None)]
    units = tuple(_access_unit(codec, packet) for packet in packets)
    wanted = _H264_PARAMETERS if codec == "h264" else _H265_PARAMETERS
    sets = {_nal_type(codec, nal): nal for nal in units[0].nals if _nal_type(codec, nal) in wanted}
    return EncodedLoop(
        codec=codec,
        width=scene.width,
        height=scene.height,
        fps=fps,
        access_units=units,
        parameter_sets=tuple(sets[kind] for kind in sorted(sets)),
        jpeg=encode_jpeg(scene),
    )


def _encoder(codec: str, scene: SceneSpec, *, fps: int, gop: int) -> av.VideoCodecContext:
    """Open an encoder: fixed closed GOPs, no B frames, one thread, so equal input, equal bytes."""
    if codec == "h264":
        context = _open("libx264", scene, fps=fps, pixel_format="yuv420p")
        context.options = {
            "preset": "superfast",
            "tune": "zerolatency",
            "crf": "25",
            "x264-params": f"keyint={gop}:min-keyint={gop}:scenecut=0:bframes=0:open-gop=0"
            ":repeat-headers=1:annexb=1:sliced-threads=0:threads=1",
        }
    elif codec == "h265":
        context = _open("libx265", scene, fps=fps, pixel_format="yuv420p")
        context.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "crf": "27",
            "x265-params": f"keyint={gop}:min-keyint={gop}:scenecut=0:bframes=0:open-gop=0"
            ":repeat-headers=1:annexb=1:frame-threads=1:pools=none:wpp=0:log-level=none",
        }
    else:
        raise UnknownCodec(f"codec {codec!r} is not known; use h264 or h265")
    context.gop_size = gop
    return context


def _open(encoder: str, scene: SceneSpec, *, fps: int, pixel_format: str) -> av.VideoCodecContext:
    try:
        context = cast(av.VideoCodecContext, av.VideoCodecContext.create(encoder, "w"))
    except av.codec.codec.UnknownCodecError as missing:
        raise UnknownCodec(
            f"this PyAV has no encoder {encoder}; install the av wheel from PyPI, which has it"
        ) from missing
    context.width, context.height = scene.width, scene.height
    context.pix_fmt = pixel_format
    context.time_base = Fraction(1, fps)
    context.framerate = Fraction(fps)
    return context


def _frame(picture: NDArray[np.uint8], pixel_format: str, *, at: int) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    frame = frame.reformat(format=pixel_format)
    frame.pts = at
    return frame


def _access_unit(codec: str, packet: bytes) -> AccessUnit:
    dropped = _H264_DROPPED if codec == "h264" else _H265_DROPPED
    nals = tuple(nal for nal in _split(packet) if _nal_type(codec, nal) not in dropped)
    kinds = {_nal_type(codec, nal) for nal in nals}
    key = _H264_KEY in kinds if codec == "h264" else bool(kinds & set(_H265_KEYS))
    return AccessUnit(nals=nals, key=key)


def _nal_type(codec: str, nal: bytes) -> int:
    return nal[0] & 0x1F if codec == "h264" else nal[0] >> 1 & 0x3F


def _split(packet: bytes) -> list[bytes]:
    """Split a byte stream at its start codes (H.264 annex B, H.265 annex B)."""
    return [part.rstrip(b"\0") for part in packet.split(b"\0\0\1") if part.rstrip(b"\0")]
