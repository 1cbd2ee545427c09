"""A simulated recorder: an ONVIF device with channels, and recordings on disk."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from simulator.camera import SimulatedCamera
from simulator.faults import Fault
from simulator.recordings import RecordingFolder
from simulator.spec import CameraSpec
from simulator.video.encode import EncodedLoop, encode_loop

_LOOK_S = 0.25  # how soon a fault shows on disk
_START_CODE = b"\x00\x00\x00\x01"


class SimulatedRecorder(SimulatedCamera):
    """A device with ``spec.channels`` profiles that writes segments into ``recordings``.

    Faults recording_stopped and recording_gap act on the folder within a second; so does their
    end. Without power nothing is written.
    """

    def __init__(
        self,
        spec: CameraSpec,
        *,
        recordings: Path | None = None,
        segment_s: float = 60.0,
        host: str = "127.0.0.1",
        http_port: int = 0,
        rtsp_port: int = 0,
    ) -> None:
        super().__init__(spec, host=host, http_port=http_port, rtsp_port=rtsp_port)
        self._folder = (
            None
            if recordings is None
            else RecordingFolder(
                recordings, channels=spec.channels, segment=timedelta(seconds=segment_s)
            )
        )
        self._writing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Bind the ports, fill the folder and serve."""
        await super().start()
        if self._folder is not None:
            try:
                await self._write(self._folder)
            except OSError:
                await super().stop()
                raise
            self._writing = asyncio.create_task(self._keep_writing(self._folder))

    async def stop(self) -> None:
        """Stop recording, cut every connection and give the ports back."""
        if self._writing is not None:
            self._writing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writing
            self._writing = None
        await super().stop()

    async def _keep_writing(self, folder: RecordingFolder) -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            if Fault.POWER_OFF not in self.faults:
                await self._write(folder)

    async def _write(self, folder: RecordingFolder) -> None:
        await asyncio.to_thread(
            folder.fill,
            now=datetime.now(UTC),
            content=self._segment,
            stopped=Fault.RECORDING_STOPPED in self.faults,
            gap=Fault.RECORDING_GAP in self.faults,
        )

    def _segment(self, channel: int) -> bytes:
        """One group of pictures of a channel, counted from 1; blocking."""
        spec = self.spec
        scene = self.state.scene(channel - 1)
        return write_annex_b(encode_loop(scene, codec=spec.codec, fps=spec.fps, gop=spec.gop))


def write_annex_b(loop: EncodedLoop) -> bytes:
    """The first group of pictures as an elementary stream that any player opens."""
    later_keys = [n for n, unit in enumerate(loop.access_units) if unit.key and n > 0]
    units = loop.access_units[: later_keys[0] if later_keys else None]
    return b"".join(_START_CODE + nal for unit in units for nal in unit.nals)
