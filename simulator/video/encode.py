"""A few seconds of H.264 or H.265, encoded once and shared by every session of equal scene."""

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace

from simulator.video.access_unit import AccessUnit, pick_parameter_sets, read_access_unit
from simulator.video.encoder import (
    UnknownCodec,
    encode_frame,
    finish,
    open_encoder,
    open_jpeg_encoder,
)
from simulator.video.scene import render
from simulator.video.scene_spec import PICTURE_FAULTS, SceneSpec

__all__ = ["AccessUnit", "EncodedLoop", "UnknownCodec", "encode_jpeg", "encode_loop"]

_MOST_LOOPS = 192  # at 640x360 a loop is about 60 kB


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


@dataclass(frozen=True, slots=True)
class _Order:
    """What is encoded; equal orders share one loop."""

    scene: SceneSpec
    codec: str
    fps: int
    gop: int
    gop_count: int


@dataclass(slots=True)
class _Slot:
    """The place of one loop; its lock is held while it is encoded."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    loop: EncodedLoop | None = None


_loops: OrderedDict[_Order, _Slot] = OrderedDict()
_loops_lock = threading.Lock()


def encode_loop(
    scene: SceneSpec, *, codec: str, fps: int, gop: int, seconds: float = 6
) -> EncodedLoop:
    """Encode at least `seconds` of `scene`, rounded up to whole GOPs; blocking, so use a thread.

    A player that compares key pictures must watch for less than `seconds`: then they repeat, which
    looks like a frozen camera. Threads that ask for the same at the same time wait for one
    encoding; the latest answers are kept. Raises UnknownCodec, UnreadableSource, or ValueError
    when fps or gop is below 1.
    """
    if fps < 1 or gop < 1:
        raise ValueError(f"fps and gop must be at least 1, not {fps} and {gop}")
    shown = replace(scene, filter_in=scene.filter_is_in, faults=scene.faults & PICTURE_FAULTS)
    order = _Order(shown, codec, fps, gop, max(1, math.ceil(seconds * fps / gop)))
    with _loops_lock:
        slot = _loops.setdefault(order, _Slot())
        _loops.move_to_end(order)
        while len(_loops) > _MOST_LOOPS:
            _loops.popitem(last=False)
    with slot.lock:
        if slot.loop is None:
            slot.loop = _encode(order)
        return slot.loop


def encode_jpeg(scene: SceneSpec, *, frame_index: int = 0) -> bytes:
    """Encode one frame as JPEG; blocking, about 10 ms at 640x360."""
    context = open_jpeg_encoder(width=scene.width, height=scene.height)
    return b"".join([*encode_frame(context, render(scene, frame_index), at=0), *finish(context)])


def _encode(order: _Order) -> EncodedLoop:
    scene, codec = order.scene, order.codec
    context = open_encoder(
        codec,
        width=scene.width,
        height=scene.height,
        fps=order.fps,
        gop=order.gop,
        coarse="noise" in scene.faults,
    )
    packets: list[bytes] = []
    for index in range(order.gop_count * order.gop):
        packets += encode_frame(context, render(scene, index), at=index)
    packets += finish(context)
    units = tuple(read_access_unit(codec, packet) for packet in packets)
    return EncodedLoop(
        codec=codec,
        width=scene.width,
        height=scene.height,
        fps=order.fps,
        access_units=units,
        parameter_sets=pick_parameter_sets(codec, units[0]),
        jpeg=encode_jpeg(scene),
    )
