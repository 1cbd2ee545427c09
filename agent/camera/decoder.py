"""The decoder's parent side: child processes that decode untrusted pictures within limits."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

import msgspec

from agent.camera.decoder_wire import (
    ANSWER_CAP_BYTES,
    CLIP_CAP_BYTES,
    LENGTH,
    PICTURE_CAP_BYTES,
    DecodeAnswer,
    DecodeRequest,
    RemuxFrame,
    RemuxRequest,
)
from agent.camera.port import CameraError, Cause, Clip, Picture, PictureFeatures, Recording

DEADLINE_S = 10.0
RECYCLE_AFTER = 200  # libav keeps about 15 KB per opened stream (measured); a new child does not
_IDLE_STOP_S = 120.0
_PIPE_BUFFER_BYTES = 1024 * 1024
_ROOT = str(Path(__file__).resolve().parents[2])  # the folder that holds the package ``agent``


class _Child:
    """One child process and how often it was used."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.used = 0

    async def ask(self, request: bytes) -> bytes:
        """Send a request and read the answer; IncompleteReadError when the child died."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.used += 1
        self.process.stdin.write(LENGTH.pack(len(request)) + request)
        await self.process.stdin.drain()
        (length,) = LENGTH.unpack(await self.process.stdout.readexactly(LENGTH.size))
        if length > ANSWER_CAP_BYTES:
            raise asyncio.IncompleteReadError(b"", length)
        return await self.process.stdout.readexactly(length)

    async def kill(self) -> None:
        """End the process for certain."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()


class Decoder:
    """Decodes key frames and JPEGs in ``children`` processes, started when first needed.

    The parent imports neither numpy nor libav. A child that exceeds the deadline is killed;
    one that dies (memory or CPU limit, or a defect in libav) costs only the picture it had.
    """

    def __init__(
        self,
        *,
        children: int = 1,
        deadline_s: float = DEADLINE_S,
        recycle_after: int = RECYCLE_AFTER,
        idle_stop_s: float = _IDLE_STOP_S,
        thumbnails: bool = False,
    ) -> None:
        self._thumbnails = thumbnails  # for links on which a picture may have to wait
        self._deadline_s = deadline_s
        self._recycle_after = recycle_after
        self._idle_stop_s = idle_stop_s
        self._free = asyncio.Semaphore(children)
        self._resting: list[_Child] = []
        self._stopping: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def child_pids(self) -> tuple[int, ...]:
        """Process ids of children that wait for work."""
        return tuple(child.process.pid for child in self._resting)

    async def decode(
        self,
        key_frame: bytes,
        *,
        codec: str,
        previous: bytes | None,
        taken_at: datetime,
        references: Mapping[str, bytes] = MappingProxyType({}),
        map_as_png: bool = False,
    ) -> Picture:
        """Decode one picture; ``previous`` gives the change figure, ``references`` the others.

        Raises CameraError: DECODE_FAILED (no picture in it), DECODE_LIMIT (memory, time, or the
        child died), DECODE_UNSUPPORTED (codec or size).
        """
        if max(len(key_frame), len(previous or b"")) > PICTURE_CAP_BYTES:
            raise CameraError(Cause.DECODE_LIMIT, "the coded picture is larger than 4 MiB")
        request = msgspec.msgpack.encode(
            DecodeRequest(
                codec=codec,
                picture=key_frame,
                previous=previous,
                thumbnail=self._thumbnails,
                references=dict(references),
                map_as_png=map_as_png,
            )
        )
        async with self._free:
            answer = await self._ask(request)
        if answer.cause is not None:
            raise CameraError(Cause(answer.cause), answer.detail)
        return Picture(
            features=msgspec.convert(answer.features, PictureFeatures),
            jpeg=answer.jpeg,
            thumbnail=answer.thumbnail,
            taken_at=taken_at,
            damaged=answer.damaged,
            light=answer.light,
            merged=answer.merged,
            decode_errors=answer.decode_errors,
            reference_note=answer.reference_note,
            map=answer.map,
        )

    async def make_clip(self, recording: Recording, *, taken_at: datetime) -> Clip:
        """Put a recording into an MP4; CameraError as ``decode``."""
        frames = [
            RemuxFrame(ticks=one.ticks, content=one.content, is_key=one.is_key)
            for one in recording.frames
        ]
        if sum(len(one.content) for one in frames) > CLIP_CAP_BYTES:
            raise CameraError(Cause.DECODE_LIMIT, "the recording is larger than 4 MiB")
        request = msgspec.msgpack.encode(
            RemuxRequest(codec=recording.codec, clock_hz=recording.clock_hz, frames=frames)
        )
        async with self._free:
            answer = await self._ask(request)
        if answer.cause is not None:
            raise CameraError(Cause(answer.cause), answer.detail)
        return Clip(
            mp4=answer.clip,
            seconds=recording.seconds,
            frames=len(frames),
            taken_at=taken_at,
        )

    async def _ask(self, request: bytes) -> DecodeAnswer:
        self._keep_awake()
        child = self._resting.pop() if self._resting else await _start()
        healthy = False
        try:
            async with asyncio.timeout(self._deadline_s):
                content = await child.ask(request)
            answer = msgspec.msgpack.decode(content, type=DecodeAnswer)
            healthy = answer.cause != Cause.DECODE_LIMIT.value
        except TimeoutError as error:
            raise CameraError(
                Cause.DECODE_LIMIT, f"decoding took longer than {self._deadline_s:.0f} s"
            ) from error
        except (asyncio.IncompleteReadError, ConnectionError, msgspec.DecodeError) as error:
            raise CameraError(
                Cause.DECODE_LIMIT, "the decoder process died on this picture"
            ) from error
        finally:
            if healthy and child.used < self._recycle_after:
                self._resting.append(child)
                self._rest_later()
            else:
                await asyncio.shield(child.kill())
        return answer

    def _keep_awake(self) -> None:
        if self._stopping is not None:
            self._stopping.cancel()
            self._stopping = None

    def _rest_later(self) -> None:
        self._keep_awake()
        self._stopping = asyncio.get_running_loop().call_later(self._idle_stop_s, self._rest)

    def _rest(self) -> None:
        """Give the memory of idle children back."""
        task = asyncio.ensure_future(self.close())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End all children; a later ``decode`` starts a new one."""
        self._keep_awake()
        resting, self._resting = self._resting, []
        for child in resting:
            await child.kill()


async def _start() -> _Child:
    # No login or configuration of ours is in the child's environment.
    environment = {
        "PYTHONPATH": _ROOT,
        "PATH": os.defpath,
        "OPENBLAS_NUM_THREADS": "1",  # each thread would reserve address space
        "OMP_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MALLOC_ARENA_MAX": "1",
    }
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "agent.camera.decoder_child",
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,  # what a hostile picture makes libav say belongs in no log
            env=environment,
            start_new_session=True,  # Ctrl-C on a terminal must reach the parent alone
            limit=_PIPE_BUFFER_BYTES,
        )
    except OSError as error:
        raise CameraError(
            Cause.DECODE_LIMIT, f"the decoder process cannot start: {error.strerror}"
        ) from error
    return _Child(process)
