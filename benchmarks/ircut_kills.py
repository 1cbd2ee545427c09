"""Kills the agent in the middle of filter tests, and looks whether its next start restores."""

from __future__ import annotations

import asyncio
import enum
import random
import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from benchmarks.ircut_agents import Agent, Agents, agents
from simulator.camera import SimulatedCamera
from simulator.ir_cut import FilterMode
from simulator.spec import CameraSpec

PASSWORD: Final = "a-password"
_USER: Final = "admin"
_AT_ONCE: Final = 2
_RESTORED_WITHIN_S: Final = 90.0
_LOOK_S: Final = 0.05
_WATCHED: Final = "may still be carried out"  # seen with its own mode, and looked at once more
_LONGEST_TEST_S: Final = 60.0
_CALM: Final = (1, 4)  # scenes in which little passes: a restless one is never written to
_IMAGING: Final = "http://www.onvif.org/ver20/imaging/wsdl"


class Moment(enum.Enum):
    """When the agent is killed."""

    ANY = "at any time since its start"
    AFTER_ORDER = "at any time since it changed the mode"
    AT_ORDER = "as the camera takes the order"
    AT_WAY_BACK = "as the camera takes its own mode back"
    TWICE = "as the camera takes the order, and the next agent as it restores"


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
    async with agents() as starter:

        async def one(index: int) -> Killed:
            async with free:
                return await kill_one(random.Random(seed * 100_003 + index), starter)

        return list(await asyncio.gather(*(one(index) for index in range(count))))


async def kill_one(
    chance: random.Random, starter: Agents, *, moment: Moment | None = None
) -> Killed:
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
            await _start_and_kill(starter, config, camera, moment, chance)
            was_changed = camera.state.ir_cut.mode is not mode
            if moment is Moment.TWICE and _debts(config):
                second = await _agent(starter, config, "run")
                _kill_at(camera, len(camera.writes) + 1, second)
                await asyncio.wait([second.ended], timeout=_LONGEST_TEST_S)
                second.kill()
                await second.ended
            bad = await _restart(starter, config, camera, mode)
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


async def _agent(starter: Agents, config: Path, *words: str) -> Agent:
    return await starter.start(*words, "-c", str(config), log=config.parent / "agent.log")


async def _start_and_kill(
    starter: Agents, config: Path, camera: SimulatedCamera, moment: Moment, chance: random.Random
) -> None:
    agent = await _agent(starter, config, "ir-cut-test", "one")
    until_s = asyncio.get_running_loop().time() + _LONGEST_TEST_S
    wanted = {Moment.ANY: 0, Moment.AT_WAY_BACK: 2}.get(moment, 1)
    wait_s = {Moment.ANY: 8.0, Moment.AFTER_ORDER: 4.0}.get(moment, 0.0)
    if wanted and not wait_s:
        _kill_at(camera, wanted, agent)
    while len(camera.writes) < wanted and not agent.ended.done():
        await asyncio.sleep(_LOOK_S / 10)
        if asyncio.get_running_loop().time() > until_s:
            break
    await asyncio.sleep(chance.uniform(0.0, wait_s))
    agent.kill()
    await agent.ended


def _kill_at(camera: SimulatedCamera, write: int, agent: Agent) -> None:
    """Kill within the camera's own handling of its so-manieth write."""
    note: Callable[[str, str], None] = camera.state.note_write

    def note_and_kill(operation: str, detail: str) -> None:
        note(operation, detail)
        if len(camera.writes) == write:
            agent.kill()

    camera.state.note_write = note_and_kill  # type: ignore[method-assign]  # the moment it happens


async def _restart(starter: Agents, config: Path, camera: SimulatedCamera, mode: FilterMode) -> str:
    """Start the agent as its service would; what is wrong at the end, '' when nothing is.

    Where the journal owes nothing a start would restore nothing: the camera must be right already.
    """
    if _debts(config):
        agent = await _agent(starter, config, "run")
        until_s = asyncio.get_running_loop().time() + _RESTORED_WITHIN_S
        while not all(_WATCHED in error for error in _debts(config)):
            if agent.ended.done():
                return f"the agent ended with {agent.ended.result()}"
            if asyncio.get_running_loop().time() > until_s:
                break
            await asyncio.sleep(_LOOK_S)
        await asyncio.sleep(_LOOK_S)
        await agent.stop()
    seen = await asyncio.to_thread(read_mode, camera.address)
    return "" if seen == mode.value else f"the camera has {seen}, its own mode was {mode.value}"


def _debts(config: Path) -> list[str]:
    """What each debt's last attempt came to; '' for one that was not tried, or cannot be read."""
    path = config.parent / "data" / "agent.db"
    if not path.exists():
        return []  # killed before there was a database: nothing was ever written
    try:
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=1)
        try:
            return [error for (error,) in db.execute("SELECT last_error FROM restore")]
        finally:
            db.close()
    except sqlite3.Error:
        return [""]


def read_mode(address: str) -> str:
    """GetImagingSettings by an independent client: strict zeep on the WSDLs of onvif-zeep."""
    service = _imaging_client().create_service(
        f"{{{_IMAGING}}}ImagingBinding", f"http://{address}/onvif/imaging"
    )
    return str(service.GetImagingSettings(VideoSourceToken="VideoSource_1").IrCutFilter)


@cache
def _imaging_client() -> Any:
    import zeep  # noqa: PLC0415 - half a second that other figures need not pay
    import zeep.wsse  # noqa: PLC0415

    library: Any = zeep  # it has no types
    wsdl = resources.files("wsdl") / "imaging.wsdl"
    return library.Client(
        str(wsdl),
        wsse=library.wsse.UsernameToken(_USER, PASSWORD, use_digest=True, zulu_timestamp=True),
        transport=library.Transport(timeout=10, operation_timeout=10),
        settings=library.Settings(strict=True),
    )
