"""A camera as probes see it, that answers from one shot of a life."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from agent.camera.decode_picture import decode_picture
from agent.camera.decoder_wire import DecodeRefused, DecodeRequest
from agent.camera.port import (
    CameraError,
    Cause,
    ClipLimits,
    ImagingOptions,
    ImagingSettings,
    Picture,
    PictureFeatures,
    StreamHealth,
    StreamProfile,
)
from simulator.life.life import Shot

_FPS: Final = 15.0


class ShotCamera:
    """Answers a visit's questions from one shot."""

    def __init__(self, shot: Shot) -> None:
        self._shot = shot

    async def watch_stream(self, *, seconds: float, clip: ClipLimits | None = None) -> StreamHealth:
        shot = self._shot
        frames = round(seconds * _FPS)
        return StreamHealth(
            codec=shot.codec,
            seconds=seconds,
            packets=frames * 4,
            frames=frames,
            fps=_FPS,
            bitrate_kbps=len(shot.coded) * 8 / 1000,
            key_frame_interval_s=2.0,
            longest_gap_s=0.1,
            lost_packets=shot.lost_packets,
            key_frame=shot.previous,
            last_key_frame=shot.coded,
            width_px=None,
            height_px=None,
            stamped_s=seconds,
            key_frames=2,
            loss_touches_last=shot.lost_packets > 0,
        )

    async def decode(
        self,
        key_frame: bytes,
        *,
        codec: str,
        previous: bytes | None,
        references: Mapping[str, bytes] = MappingProxyType({}),
    ) -> Picture:
        request = DecodeRequest(
            codec=codec, picture=key_frame, previous=previous, references=dict(references)
        )
        try:
            answer = decode_picture(request)
        except DecodeRefused as refused:
            raise CameraError(Cause(refused.cause), refused.detail) from refused
        return Picture(
            features=msgspec.convert(answer.features, PictureFeatures),
            jpeg=answer.jpeg,
            taken_at=self._shot.at,
            damaged=answer.damaged,
            light=answer.light,
            merged=answer.merged,
            decode_errors=answer.decode_errors,
            reference_note=answer.reference_note,
        )

    async def imaging_settings(self) -> ImagingSettings:
        return ImagingSettings(
            ir_cut_filter=self._shot.ir_cut_setting,
            brightness=None,
            colour_saturation=None,
            contrast=None,
            sharpness=None,
        )

    async def imaging_options(self) -> ImagingOptions:
        return ImagingOptions(ir_cut_filter_modes=("ON", "OFF", "AUTO"))

    async def profiles(self) -> tuple[StreamProfile, ...]:
        return ()

    async def snapshot(self) -> None:
        raise CameraError(Cause.ONVIF_UNSUPPORTED, "this camera has no snapshot")
