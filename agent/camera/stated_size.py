"""The size that a coded picture states; what cannot be measured fairly is refused here."""

from __future__ import annotations

from typing import Final

from agent.camera.decoder_wire import DecodeRefused
from agent.camera.jpeg_header import name_format, read_jpeg_header
from agent.camera.png_header import read_png_header
from agent.camera.rtsp.h264 import H264
from agent.camera.rtsp.h265 import H265
from agent.camera.rtsp.nal import NalCodec, split_annexb

MAX_PIXELS: Final = 9_000_000  # 4K; measured to fit the address space for one key frame
MIN_SIDE_PX: Final = 96  # below, there are no figures of tiles and lines to speak of
_MAX_SIDE_PX: Final = 8192
_NAL_CODECS: Final = {"H264": H264, "H265": H265}
_HEADERS: Final = {"JPEG": read_jpeg_header, "PNG": read_png_header}


def stated_size(content: bytes, codec: str) -> tuple[int, int]:
    """Width and height, before anything is allocated.

    Raises DecodeRefused with the reason for people: no such decoder, no readable header, another
    kind of file, more or fewer pixels than are measured, or samples of another depth.
    """
    nal = _NAL_CODECS.get(codec)
    if nal is None and codec not in _HEADERS:
        raise DecodeRefused("decode.unsupported", f"no decoder for '{codec[:20]}'")
    size = _file_size(content, codec) if nal is None else _nal_size(content, nal)
    if size is None:
        raise DecodeRefused("decode.failed", "the picture has no readable header")
    if max(size) > _MAX_SIDE_PX or size[0] * size[1] > MAX_PIXELS:
        raise DecodeRefused(
            "decode.unsupported", f"{size[0]}x{size[1]} is more than this agent decodes"
        )
    if min(size) < MIN_SIDE_PX:
        raise DecodeRefused(
            "decode.unsupported", f"{size[0]}x{size[1]} is too small a picture to be judged"
        )
    return size


def _file_size(content: bytes, codec: str) -> tuple[int, int] | None:
    header = _HEADERS[codec](content)
    if header is None:
        found = name_format(content)
        if found and found != codec:
            raise DecodeRefused("decode.unsupported", f"this is {found}, not {codec}")
        return None
    if header.why_not:
        raise DecodeRefused("decode.unsupported", header.why_not)
    return header.width_px, header.height_px


def _nal_size(content: bytes, codec: NalCodec) -> tuple[int, int] | None:
    """Size from the sequence parameter sets; None when they disagree: that is an attack."""
    units = [u for u in split_annexb(content) if codec.kind_of(u) == codec.sps_kind]
    sizes = {codec.size_of(unit) for unit in units}
    return sizes.pop() if len(sizes) == 1 else None
