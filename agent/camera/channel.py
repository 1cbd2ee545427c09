"""One camera behind a recorder: which media profiles, video source and vendor values are its own.

A recorder answers for all its channels under one address. What it says of itself (serial, model,
MAC addresses, clock) is never said of the camera that hangs on a channel.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from agent.camera.port import CameraError, Cause, DeviceInformation, StreamProfile, Target

if TYPE_CHECKING:
    from agent.camera.profiles.profile import Profile

_ENDING: Final = re.compile(r"(\d{1,4})$")
_LEAST_SUB_PX: Final = 320  # narrower is a thumbnail, on which nothing can be judged
UNNAMED: Final = DeviceInformation(
    manufacturer=None, model=None, firmware=None, serial=None, hardware_id=None
)


def is_channel(target: Target) -> bool:
    """Whether the target is one camera of a recorder, and not the device at the address."""
    return bool(target.channel or target.video_source)


def order(
    profiles: Sequence[StreamProfile], target: Target, *, from_zero: bool = False
) -> tuple[StreamProfile, ...]:
    """The profiles of this device, the one to watch first.

    ``from_zero``: this recorder was seen to count its video sources from 0.
    CameraError (ONVIF_MISSING) when the device lists none of the channel or of the named profile.
    """
    own = tuple(profiles)
    if is_channel(target):
        source = source_of(target, profiles, from_zero=from_zero)
        own = tuple(one for one in profiles if one.video_source == source)
    if not own:
        raise CameraError(Cause.ONVIF_MISSING, "the device lists no media profile of this channel")
    first = _first(own, target)
    return (first, *(one for one in own if one is not first))


def counts_from_zero(profiles: Sequence[StreamProfile]) -> bool:
    """Whether a video source with number 0 is listed; once seen, it holds for this recorder."""
    endings = [_ENDING.search(one.video_source) for one in profiles if one.video_source]
    return any(found is not None and int(found.group(1)) == 0 for found in endings)


def source_of(target: Target, profiles: Sequence[StreamProfile], *, from_zero: bool = False) -> str:
    """Token of the channel's video source, as the operator named it or by its number."""
    found = tuple(dict.fromkeys(one.video_source for one in profiles if one.video_source))
    token = target.video_source or numbered(found, from_zero=from_zero).get(target.channel)
    if token in found and token is not None:
        return token
    wanted = f"video source '{token}'" if token else f"channel {target.channel}"
    raise CameraError(
        Cause.ONVIF_MISSING,
        f"the recorder lists no {wanted} (it lists: {', '.join(found)[:150] or 'none'})",
    )


def numbered(sources: Sequence[str], *, from_zero: bool = False) -> dict[int, str]:
    """Video sources by channel number from 1; empty when nothing says which is which.

    Recorders leave out channels that are off-line, so that the place in the list says nothing:
    the number at the end of the tokens counts. It begins with 0 or with 1; a list that begins
    later has lost its beginning, and one that skips could be either: those stay without numbers,
    save where a 0 is there or was seen. Tokens of digits alone ("00001", Dahua) count from 0:
    without the 0 they have lost their beginning.
    """
    endings = [_ENDING.search(source) for source in sources]
    numbers = [int(found.group(1)) for found in endings if found]
    if len(numbers) != len(sources) or len(set(numbers)) != len(numbers):
        return {1: sources[0]} if len(sources) == 1 else {}
    if 0 in numbers or from_zero:
        return {number + 1: source for number, source in zip(numbers, sources, strict=True)}
    if all(source.isdigit() for source in sources):
        return {}
    if sorted(numbers) == list(range(1, len(numbers) + 1)):
        return dict(zip(numbers, sources, strict=True))
    return {}


def _first(own: Sequence[StreamProfile], target: Target) -> StreamProfile:
    """The profile that the operator named, else the main or the sub stream."""
    if target.stream_profile:
        for one in own:
            if one.token == target.stream_profile:
                return one
        raise CameraError(
            Cause.ONVIF_MISSING,
            f"the device lists no media profile '{target.stream_profile[:64]}'"
            f" (it lists: {', '.join(one.token for one in own)[:150]})",
        )
    sized = [one for one in own if one.width_px and one.height_px]
    if not sized or not target.stream:
        return own[0]
    if target.stream == "main":
        return max(sized, key=_area)
    usable = [one for one in sized if (one.width_px or 0) >= _LEAST_SUB_PX]
    return min(usable or sized, key=_area)


def _area(profile: StreamProfile) -> int:
    return (profile.width_px or 0) * (profile.height_px or 0)


def channel_names(profile: Profile) -> frozenset[str]:
    """Vendor values that a profile asks by channel; the others are the recorder's own."""
    return frozenset(
        metric.name
        for metric in profile.metrics
        if "{channel" in metric.path
        or "{channel" in str(dict(profile.sources[metric.source].request))
    )
