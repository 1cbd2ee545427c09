"""The verb that lists what hangs on a recorder: number, name, size, token, and what to write."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final, TextIO

from agent import edge, hand_refusals, show
from agent.camera.channel import numbered, order
from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.port import CameraError, StreamProfile, Target
from agent.exit_code import DONE, FOUND, UNUSABLE, complain
from agent.hand_target import read_target
from agent.reasons import CAUSES_ZH
from agent.wrong import Both

_HEAD: Final = (
    Both("channel", "通道"),
    Both("name", "名称"),
    Both("main", "主码流"),
    Both("sub", "子码流"),
    Both("stream", "视频流"),
    Both("video_source", "video_source"),
)
_LISTED, _NONE = Both("listed", "有"), Both("none: off-line?", "无：可能离线")
_WRITE: Final = Both(
    "For each camera to watch, in agent.toml:\n"
    '  [[devices]] ... address = "{address}", channel = {channel}, video_source = "{source}",'
    ' label_serial = "(from its label)"\n'
    "The recorder's own serial is never the camera's. Whether a camera is on-line is not told by"
    " ONVIF; its stream tells.",
    "为每台需监测的摄像机在 agent.toml 中写入：\n"
    '  [[devices]] ... address = "{address}", channel = {channel}, video_source = "{source}",'
    ' label_serial = "（取自标签）"\n'
    "录像机自身的序列号绝不是摄像机的。ONVIF 不告知摄像机是否在线；以其视频流为准。",
)
_NO_NUMBERS: Final = Both(
    "The tokens do not say which channel is which: write video_source alone.",
    "令牌未说明通道编号：请只写 video_source。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One channel of a recorder, as ONVIF lists it."""

    channel: int | None  # from 1; None when the tokens do not say
    name: str
    video_source: str
    main: str  # "1920x1080 H264"; '' when no profile is listed
    sub: str
    has_stream: bool


def list_channels(profiles: Sequence[StreamProfile], sources: Sequence[str]) -> tuple[Listed, ...]:
    """Channels by video source; one without a profile is listed too, for it may be off-line."""
    tokens = tuple(dict.fromkeys([*sources, *(p.video_source for p in profiles if p.video_source)]))
    numbers = {token: number for number, token in numbered(tokens).items()}
    listed = []
    for token in tokens:
        own = [one for one in profiles if one.video_source == token]
        main, sub = (_chosen(own, token, stream) for stream in ("main", "sub"))
        listed.append(
            Listed(
                channel=numbers.get(token),
                name=main.name if main else "",
                video_source=token,
                main=_size(main) if main else "",
                sub=_size(sub) if sub and sub is not main else "",
                has_stream=bool(own),
            )
        )
    return tuple(sorted(listed, key=lambda one: (one.channel is None, one.channel or 0)))


def _chosen(own: Sequence[StreamProfile], token: str, stream: str) -> StreamProfile | None:
    """What would be watched with this ``stream``."""
    return order(own, Target(address="", video_source=token, stream=stream))[0] if own else None


def _size(profile: StreamProfile) -> str:
    size = f"{profile.width_px}x{profile.height_px} " if profile.width_px else ""
    return f"{size}{profile.codec or ''}".strip()


def channels(arguments: argparse.Namespace, out: TextIO) -> int:
    """List the channels of a recorder; FOUND when it lists none or refuses."""
    target = read_target(arguments)
    if target is None:
        return UNUSABLE
    if not hand_refusals.may_try(target, arguments):
        return FOUND
    try:
        listed = asyncio.run(_ask(target))
    except CameraError as error:
        hand_refusals.note(target, error)
        cause = CAUSES_ZH.get(error.cause.value, error.cause.value)
        complain(f"{cause}：{error.detail}" if arguments.lang == "zh" else str(error))
        return FOUND
    if arguments.json:
        json.dump([asdict(one) for one in listed], out, ensure_ascii=False, indent=1)
        out.write("\n")
        return DONE
    _print(listed, target, arguments.lang, out)
    return DONE


async def _ask(target: Target) -> tuple[Listed, ...]:
    http, decoder = CameraHttp(), Decoder()
    try:
        camera = NetworkCamera(target, http=http, decoder=decoder, profiles=(), clock=edge.clock)
        profiles = await camera.profiles()
        return list_channels(profiles, await camera.video_sources())
    finally:
        await decoder.close()
        await http.close()


def _print(listed: Sequence[Listed], target: Target, lang: str, out: TextIO) -> None:
    rows = [
        [
            "-" if one.channel is None else str(one.channel),
            show.plain(one.name) or "-",
            one.main or "-",
            one.sub or "-",
            (_LISTED if one.has_stream else _NONE).text(lang),
            show.plain(one.video_source),
        ]
        for one in listed
    ]
    print(show.show_table([head.text(lang) for head in _HEAD], rows), file=out)
    first = listed[0]
    said = _NO_NUMBERS if first.channel is None else _WRITE
    told = said.filled(
        address=target.address, channel=first.channel, source=show.plain(first.video_source)
    )
    print(f"\n{told.text(lang)}", file=out)
