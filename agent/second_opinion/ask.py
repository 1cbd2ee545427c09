"""Asking both clients: ours first, the other one only with a login that worked for us."""

from __future__ import annotations

import asyncio
import importlib.metadata
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from agent import edge
from agent.camera.address import place_of, resolve
from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.port import CameraError, Cause, LoginKind, Target
from agent.camera.scrub import scrub_address
from agent.camera.tls import fingerprint_at
from agent.second_opinion.compare import Row, compare
from agent.second_opinion.ours import read_ours
from agent.second_opinion.question import (
    ANSWER_CAP_BYTES,
    Opinion,
    Question,
    read_opinion,
)
from agent.wrong import Both
from shared.reading import Reading

PACKAGE: Final = "onvif-zeep"
DEADLINE_S: Final = 60.0
_NOTHING: Final = Opinion(values={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """Both opinions, or why there is no second one."""

    ours: Opinion
    theirs: Opinion
    rows: tuple[Row, ...]
    why_not: Both | None = None


def is_installed() -> bool:
    """Whether the other client is here; onvif-zeep-async has the same module and is another."""
    try:
        importlib.metadata.version(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


async def ask_both(target: Target, *, visited: Sequence[Reading]) -> Second:
    """Ask ours, then theirs, by the login that worked in the visit before; without one, nobody."""
    said = {reading.name: reading.value for reading in visited if reading.good}
    if said.get("login.outcome") not in ("accepted", "open"):
        why = Both(
            "our own login did not work: a second client would only spend attempts",
            "我们自己的登录未成功：再用另一个客户端只会消耗登录次数",
        )
        return Second(ours=_NOTHING, theirs=_NOTHING, rows=(), why_not=why)
    accepted = LoginKind(str(said.get("login.accepted", "none")))
    http, decoder = CameraHttp(), Decoder()
    try:
        camera = NetworkCamera(target, http=http, decoder=decoder, profiles=(), clock=edge.clock)
        if accepted is not LoginKind.NONE:
            camera.ask_first(accepted)
        ours = await read_ours(camera)
        try:
            question = await _question(camera, target)
        except CameraError as error:
            why = Both("our own client got no answer: {why}", "我们自己的客户端未得到应答：{why}")
            return Second(ours=ours, theirs=_NOTHING, rows=(), why_not=why.filled(why=str(error)))
    finally:
        await decoder.close()
        await http.close()
    theirs = await ask_child(question)
    if isinstance(theirs, Both):
        return Second(ours=ours, theirs=_NOTHING, rows=(), why_not=theirs)
    rows = tuple(_masked(row, question.password) for row in compare(ours.values, theirs.values))
    return Second(ours=ours, theirs=theirs, rows=rows)


def _masked(row: Row, password: str) -> Row:
    """The row to be shown: some cameras write the login into the addresses that they state."""

    def mask(value: str | None) -> str | None:
        told = None if value is None else scrub_address(value)
        return told.replace(password, "***") if told and password else told

    return replace(row, ours=mask(row.ours), theirs=mask(row.theirs))


async def _question(camera: NetworkCamera, target: Target) -> Question:
    """What to ask, and the login that worked; CameraError when we cannot know enough for that."""
    if camera.logins_shut:
        raise CameraError(Cause.LOGIN_REFUSED, "the login that worked before is refused now")
    kind = camera.login
    profile = (await camera.profiles())[0]
    offset = (await camera.device_clock()).offset
    return Question(
        services=dict(await camera.services()),
        user=target.credentials.user if target.credentials else "",
        password=target.credentials.password if target.credentials else "",
        kind=kind.value,
        offset_s=offset.total_seconds() if offset else 0.0,
        fingerprint=await _shown(target) if target.tls_fingerprints else "",
        ca=target.tls_ca,
        profile=profile.token,
        video_source=profile.video_source or "",
    )


async def _shown(target: Target) -> str:
    """The pinned certificate that the device shows now; any other one is not asked."""
    place = place_of(target)
    found = await fingerprint_at(await resolve(place.host), place.port)
    return found if found in target.tls_fingerprints else target.tls_fingerprints[0]


async def ask_child(question: Question, *, deadline_s: float = DEADLINE_S) -> Opinion | Both:
    """Ask in a child with limits of time, memory and words; a reason when it says nothing."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "agent.second_opinion.child"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # a library's log, which may hold anything
        limit=ANSWER_CAP_BYTES,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        async with asyncio.timeout(deadline_s):
            child.stdin.write(question.packed())
            child.stdin.close()
            answer = await _read(child.stdout)
            await child.wait()
    except (TimeoutError, ConnectionError):
        return Both(
            "the other client had not finished after {s:g} s, and was ended",
            "另一个客户端 {s:g} 秒后仍未结束，已被终止",
        ).filled(s=deadline_s)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    try:
        return read_opinion(answer)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return Both(
            "the other client ended without an answer (exit code {code})",
            "另一个客户端未给出结果即结束（退出码 {code}）",
        ).filled(code=child.returncode)


async def _read(stream: asyncio.StreamReader) -> bytes:
    """All that the child says, up to the cap; more than that is no answer."""
    answer = bytearray()
    while chunk := await stream.read(65_536):
        answer += chunk
        if len(answer) > ANSWER_CAP_BYTES:
            return b""
    return bytes(answer)
