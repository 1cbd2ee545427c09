"""What a device's table says of the channel and of the stream to watch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from agent.config_table import Table

MOST_CHANNELS: Final = 1024
STREAMS: Final = ("main", "sub")
_LONGEST_TOKEN: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Keys of ``Target`` about channel and stream."""

    channel: int
    video_source: str
    stream_profile: str
    stream: str


def read_channel(table: Table, *, is_metered: bool) -> Chosen:
    """``channel``, ``video_source``, ``stream_profile`` and ``stream``.

    Over a metered link the sub stream is watched unless the file says otherwise; else the profile
    that the device lists first.
    """
    source, profile = table.text("video_source", ""), table.text("stream_profile", "")
    for key, token in (("video_source", source), ("stream_profile", profile)):
        if len(token) > _LONGEST_TOKEN:
            table.complain(key, "too_long", count=len(token), limit=_LONGEST_TOKEN)
    if profile and table.has("stream"):
        table.complain("stream", "two_streams")
    default = "sub" if is_metered else ""
    return Chosen(
        channel=table.whole("channel", 0, low=1, high=MOST_CHANNELS) if table.has("channel") else 0,
        video_source=source,
        stream_profile=profile,
        stream=table.choice("stream", "main", STREAMS) if table.has("stream") else default,
    )
