"""Kills the agent in the middle of filter tests, and looks whether its next start restores."""

from __future__ import annotations

import asyncio
import enum
import os
import random
import signal
import sqlite3
import sys
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from simulator.camera import SimulatedCamera
from simulator.ir_cut import FilterMode
from simulator.spec import CameraSpec

PASSWORD: Final = "a-password"
_USER: Final = "admin"
_AT_ONCE: Final = 2
_RESTORED_WITHIN_S: Final = 90.0
_LOOK_S: Final = 0.05
_LONGEST_TEST_S: Final = 60.0
_CALM: Final = (1, 4)  # scenes in which little passes: a restless one is never written to
_IMAGING: Final = "http://www.onvif.org/ver20/imaging/wsdl"


class Moment(enum.Enum):
    """When the agent is killed."""

    ANY = "at any time since its start"
    AFTER_ORDER = "at any time since it changed the mode"
    AT_ORDER = "as the camera takes the order"
    AT_WAY_BACK = "as the camera takes its own mode back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed:
    """One kill: ``bad`` is empty when the camera had its own mode afterwards."""

    moment: Moment
    mode: str
    was_changed: bool  # the camera had another mode when the agent died
    bad: str


@cache
def kill_many(count: int, *, seed: int) -> tuple[Killed, ...]:
    """Kill so many agents, two at a time; each has a camera, a folder and a mode of its own."""
    return tuple(asyncio.run(_kill_many(count, seed=seed)))


async def _kill_many(count: int, *, seed: int) -> list[Killed]:
    free = asyncio.Semaphore(_AT_ONCE)

    async def one(index: int) -> Killed:
        async with free:
            return await kill_one(random.Random(seed * 100_003 + index))

    return list(await asyncio.gather(*(one(index) for index in range(count))))


async def kill_one(chance: random.Random, *, moment: Moment | None = None) -> Killed:
    """Start a test, kill the agent, start it anew, and ask a second client for the mode."""
    moment, mode = moment or chance.choice(list(Moment)), chance.choice(list(FilterMode))
    # A watched second holds two key frames at this pace; the size keeps the encoder out of the way.
    spec = CameraSpec(
        serial="SN-KILL", password=PASSWORD, width=160, height=96, fps=10, gop=4,
        scene_seed=chance.choice(_CALM),
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with SimulatedCamera(spec) as camera:
            camera.state.ir_cut.order(mode, persist=True)
            config = write_config(folder, camera)
            await _start_and_kill(config, camera, moment, chance)
            was_changed = camera.state.ir_cut.mode is not mode
            bad = await _restart(config, folder, camera, mode)
    return Killed(moment=moment, mode=mode.value, was_changed=was_changed, bad=bad)


def write_config(folder: Path, camera: SimulatedCamera) -> Path:
    """The agent's file for one camera, with the owner's consent."""
    (folder / "password").write_text(PASSWORD)
    config = folder / "agent.toml"
    config.write_text(
        f"""
[agent]
id = "killed"
data_dir = "{folder / "data"}"
[broker]
port = 9
[keys]
evidence = "{folder / "agent.pem"}"
[schedule]
watch_seconds = 1.0
[[devices]]
id = "one"
address = "{camera.address}"
rtsp_port = {camera.rtsp_port}
user = "{_USER}"
password_file = "{folder / "password"}"
allow_ir_cut_test = true
ir_cut_filter_fitted = true
outdoor = true
"""
    )
    return config


async def _agent(config: Path, *words: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.ircut_agent",
        *words,
        "-c",
        str(config),
        stdout=DEVNULL,
        stderr=(config.parent / "agent.log").open("ab"),
        start_new_session=True,
    )


async def _start_and_kill(
    config: Path, camera: SimulatedCamera, moment: Moment, chance: random.Random
) -> None:
    agent = await _agent(config, "ir-cut-test", "one")
    until_s = asyncio.get_running_loop().time() + _LONGEST_TEST_S
    wanted = {Moment.ANY: 0, Moment.AFTER_ORDER: 1, Moment.AT_ORDER: 1, Moment.AT_WAY_BACK: 2}
    wait_s = {Moment.ANY: 8.0, Moment.AFTER_ORDER: 4.0}.get(moment, 0.0)
    if wanted[moment]:
        _kill_at(camera, wanted[moment], agent if not wait_s else None)
    while len(camera.writes) < wanted[moment] and agent.returncode is None:
        await asyncio.sleep(_LOOK_S / 10)
        if asyncio.get_running_loop().time() > until_s:
            break
    await asyncio.sleep(chance.uniform(0.0, wait_s))
    _kill(agent)
    await agent.wait()


def _kill_at(camera: SimulatedCamera, write: int, agent: Process | None) -> None:
    """Kill within the camera's own handling of its so-manieth write."""
    note: Callable[[str, str], None] = camera.state.note_write

    def note_and_kill(operation: str, detail: str) -> None:
        note(operation, detail)
        if agent is not None and len(camera.writes) == write:
            _kill(agent)

    camera.state.note_write = note_and_kill  # type: ignore[method-assign]  # the moment it happens


def _kill(agent: Process) -> None:
    if agent.returncode is None:
        os.killpg(agent.pid, signal.SIGKILL)  # the decoder child dies of its closed pipe


async def _restart(config: Path, folder: Path, camera: SimulatedCamera, mode: FilterMode) -> str:
    """Start the agent as its service would; what is wrong at the end, '' when nothing is."""
    agent = await _agent(config, "run")
    try:
        until_s = asyncio.get_running_loop().time() + _RESTORED_WITHIN_S
        while not _is_settled(folder):
            if agent.returncode is not None:
                return f"the agent ended with {agent.returncode}"
            if asyncio.get_running_loop().time() > until_s:
                break
            await asyncio.sleep(_LOOK_S)
        await asyncio.sleep(_LOOK_S)
    finally:
        if agent.returncode is None:
            agent.terminate()
        await agent.wait()
    seen = await asyncio.to_thread(read_mode, camera.address)
    return "" if seen == mode.value else f"the camera has {seen}, its own mode was {mode.value}"


def _is_settled(folder: Path) -> bool:
    """Whether nothing is owed, or only what was seen with its own mode and is watched a while."""
    try:
        db = sqlite3.connect(f"file:{folder / 'data' / 'agent.db'}?mode=ro", uri=True, timeout=1)
        try:
            rows = db.execute("SELECT last_error FROM restore").fetchall()
            runs = db.execute("SELECT count(*) FROM last_run").fetchone()[0]
        finally:
            db.close()
    except sqlite3.Error:
        return False  # not made yet
    watched = all("may still be carried out" in error for (error,) in rows)
    # The first visit comes after the way back: nothing else touches the camera before.
    return watched and (bool(rows) or runs > 0)


def read_mode(address: str) -> str:
    """GetImagingSettings by an independent client: strict zeep on the WSDLs of onvif-zeep."""
    import zeep  # noqa: PLC0415 - half a second that other figures need not pay
    import zeep.wsse  # noqa: PLC0415

    library: Any = zeep  # it has no types
    wsdl = resources.files("wsdl") / "imaging.wsdl"
    client = library.Client(
        str(wsdl),
        wsse=library.wsse.UsernameToken(_USER, PASSWORD, use_digest=True, zulu_timestamp=True),
        transport=library.Transport(timeout=10, operation_timeout=10),
        settings=library.Settings(strict=True),
    )
    service = client.create_service(
        f"{{{_IMAGING}}}ImagingBinding", f"http://{address}/onvif/imaging"
    )
    return str(service.GetImagingSettings(VideoSourceToken="VideoSource_1").IrCutFilter)
