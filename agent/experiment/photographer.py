"""Takes the pictures of a test: always from the same source, compared with the first one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from agent.camera.light import Light
from agent.camera.port import Camera, CameraError, Cause
from agent.experiment.look import Shot

_APART_S: Final = 1.0  # between two still pictures
_SHOTS: Final = 2
_ROUNDS: Final = 2  # a long GOP may give one key frame a watch
# No key frame came while we watched, or this source is none: another one may do.
_OTHER_SOURCE: Final = frozenset(
    {
        Cause.RTSP_STATUS,
        Cause.RTSP_PROTOCOL,
        Cause.RTSP_NO_PACKET,
        Cause.TCP_REFUSED,
        Cause.TCP_TIMEOUT,
        Cause.LOGIN_METHOD,
        Cause.ONVIF_UNSUPPORTED,
        Cause.ONVIF_MISSING,
        Cause.ONVIF_FAULT,
        Cause.HTTP_STATUS,
        Cause.DECODE_UNSUPPORTED,
    }
)


class Photographer:
    """Key frames of the stream, or still pictures where every byte costs; never mixed."""

    def __init__(
        self,
        camera: Camera,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        watch_s: float,
        stills_first: bool,
        view: bytes = b"",
    ) -> None:
        """``view`` is the reference of the view in which the filter was seen to move."""
        self._camera = camera
        self._clock = clock
        self._sleep = sleep
        self._watch_s = watch_s
        self._sources = [self._key_frames, self._stills]
        if stills_first:
            self._sources.reverse()
        self._references = {light.value: view for light in Light} if view else {}
        self._reference: tuple[str, bytes] | None = None

    def begin_anew(self) -> None:
        """Compare with the next picture from now on: the scene was not calm at the first one."""
        self._reference = None

    async def take(self) -> list[Shot]:
        """Two pictures or more; fewer when the camera gives no more. CameraError as the port."""
        while True:
            try:
                return await self._sources[0]()
            except CameraError as error:
                is_last = len(self._sources) == 1
                if is_last or self._reference is not None or error.cause not in _OTHER_SOURCE:
                    raise
                del self._sources[0]

    async def _key_frames(self) -> list[Shot]:
        shots: list[Shot] = []
        for _ in range(_ROUNDS):
            health = await self._camera.watch_stream(seconds=self._watch_s)
            if health.key_frame is None or health.codec is None:
                raise CameraError(Cause.RTSP_NO_PACKET, "the stream gave no key frame")
            shots.append(await self._develop(health.key_frame, health.codec))
            has_two = health.key_frame_interval_s is not None
            if has_two and health.last_key_frame is not None:
                shots.append(await self._develop(health.last_key_frame, health.codec))
            if len(shots) >= _SHOTS:
                break
        return shots

    async def _stills(self) -> list[Shot]:
        shots: list[Shot] = []
        for index in range(_SHOTS):
            if index:
                await self._sleep(_APART_S)
            snapshot = await self._camera.snapshot()
            shots.append(await self._develop(snapshot.body, "JPEG"))
        return shots

    async def _develop(self, coded: bytes, codec: str) -> Shot:
        same_codec = self._reference is not None and self._reference[0] == codec
        previous = self._reference[1] if self._reference and same_codec else None
        picture = await self._camera.decode(
            coded,
            codec=codec,
            previous=previous,
            references={} if self._reference else self._references,
        )
        if self._reference is None and not picture.damaged:
            self._reference = (codec, coded)
        return Shot(picture=picture, at=self._clock())
