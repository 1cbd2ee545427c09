"""A simulated XMeye camera: its DVRIP port, what it says of its battery, and how it can lie.

Written from the maker's protocol document, apart from the agent's client: the two meet only on
the wire.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

from simulator.dvrip_wire import HEAD, DvripFault, frame, lie

_LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_NAMES: Final = {1006: "KeepAlive"}
LOCK_AFTER: Final = 5


@dataclass(kw_only=True)
class DvripState:
    """What the device is and how it is at the moment; tests change it while it runs."""

    user: str = "admin"
    password: str = field(default="", repr=False)
    serial: str = "6b35c1f0aa97d2e4"
    hardware: str = "XM530V300_X6-WEQ_8M"
    firmware: str = "V4.03.R11.C6380178.12201.142300.0000000"
    runtime_minutes: int = 1441
    percent: int = 80
    electable: int = 0
    storage: int = 2
    signal_level: int = 3
    ircut_swap: int = 0
    has_battery: bool = True
    promises_battery: bool = False  # accepts the question for one that it does not have
    acknowledges_first: bool = True  # the battery comes in a frame of its own
    old_numbers: bool = False  # replies bear the number of the question
    parts: int = 1  # in how many frames a reply comes
    alarms: int = 0  # news before each answer
    wakes_for: int = 0  # so many commands fail after a log-in
    faults: set[DvripFault] = field(default_factory=set)
    logins: list[bool] = field(default_factory=list)  # whether each was accepted
    questions: list[tuple[int, str]] = field(default_factory=list)
    last_login: bytes = b""

    @property
    def locked(self) -> bool:
        """Five wrong logins in a row lock the account."""
        return len(self.logins) >= LOCK_AFTER and not any(self.logins[-LOCK_AFTER:])


def scramble(password: str) -> str:
    """The login's password: eight letters of the MD5 sum."""
    digest = hashlib.md5(password.encode()).digest()
    return "".join(_LETTERS[(digest[i] + digest[i + 1]) % 62] for i in range(0, 16, 2))


class DvripServer:
    """Serves one device on loopback while the context is open."""

    def __init__(self, state: DvripState, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.state = state
        self._host = host
        self.port = port
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, self._host, self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(
            _Conversation(self.state, reader, writer).hold()
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Conversation:
    """One connection."""

    def __init__(
        self, state: DvripState, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._state = state
        self._reader = reader
        self._writer = writer
        self._session = 0
        self._asleep = state.wakes_for

    async def hold(self) -> None:
        try:
            while DvripFault.SLAMS not in self._state.faults:
                head = HEAD.unpack(await self._reader.readexactly(HEAD.size))
                content = await self._reader.readexactly(head[8])
                await self._take(head[7], json.loads(content.rstrip(b"\x00\n") or b"{}"), content)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._writer.close()

    async def _take(self, number: int, asked: Mapping[str, Any], raw: bytes) -> None:
        state = self._state
        name = str(asked.get("Name", ""))
        state.questions.append((number, name))
        if number == 1000:
            state.last_login = raw
            return await self._say(number, self._log_in(asked))
        if not self._session:
            return await self._say(number, {"Name": name, "Ret": 105})
        if number in (1002, 1006):
            return await self._say(number, self._fine(_NAMES.get(number, "")))
        if self._asleep:
            self._asleep -= 1
            return await self._say(number, {"Name": name, "Ret": 101})
        for _ in range(state.alarms):
            self._write(1504, {"Name": "AlarmInfo", "AlarmInfo": {"Event": "VideoMotion"}})
        return await self._answer(number, name)

    def _log_in(self, asked: Mapping[str, Any]) -> dict[str, object]:
        state = self._state
        if state.locked:
            return {"Ret": 205, "SessionID": "0x00000000"}
        good = asked.get("UserName") == state.user and asked.get("PassWord") == scramble(
            state.password
        )
        state.logins.append(good)
        if not good:
            return {"Ret": 203 if asked.get("UserName") == state.user else 106}
        self._session = 0x31
        # "DeviceType " with its blank is how devices write it.
        return self._fine("") | {"AliveInterval": 21, "ChannelNum": 1, "DeviceType ": "IPC"}

    def _fine(self, name: str) -> dict[str, object]:
        return {"Name": name, "Ret": 100, "SessionID": f"0x{self._session:08X}"}

    async def _answer(self, number: int, name: str) -> None:
        state = self._state
        found = _CONTENT.get((number, name))
        content = found(state) if found else None
        if content is None and number == 1610 and state.promises_battery:
            return await self._say(number, self._fine(name))
        if content is None:
            return await self._say(number, {"Name": name, "Ret": 607 if number == 1042 else 102})
        if number == 1610 and state.acknowledges_first:
            await self._say(number, self._fine(name))
            return await self._say(number + 1, content)
        return await self._say(number, self._fine(name) | content)

    async def _say(self, number: int, content: Mapping[str, object]) -> None:
        reply = number if self._state.old_numbers else number + 1
        if DvripFault.ECHOES_LOGIN in self._state.faults:
            content = {**content, "Echo": self._state.last_login.decode("utf-8", "replace")}
        if not await lie(self._state.faults, self._writer, reply, content, self._session):
            self._write(reply, content)
        await self._writer.drain()

    def _write(self, number: int, content: Mapping[str, object]) -> None:
        body = json.dumps(content, indent=None, separators=(", ", " : ")).encode() + b"\n\x00"
        parts = self._state.parts
        size = -(-len(body) // parts)
        for part in range(parts):
            piece = body[part * size : (part + 1) * size]
            self._writer.write(
                frame(
                    number,
                    piece,
                    session=self._session,
                    parts=parts if parts > 1 else 0,
                    part=part,
                )
            )


def _battery(state: DvripState) -> dict[str, object] | None:
    if not state.has_battery:
        return None
    return {
        "Dev.ElectCapacity": {
            "DevStorageStatus": state.storage,
            "electable": state.electable,
            "level": max(state.percent, 0) // 20,
            "percent": state.percent,
        }
    }


def _system(state: DvripState) -> dict[str, object]:
    return {
        "SystemInfo": {
            "BuildTime": "2023-08-11 15:06:38",
            "DeviceRunTime": f"0x{state.runtime_minutes:08X}",
            "EncryptVersion": "Unknown",
            "HardWare": state.hardware,
            "HardWareVersion": "Unknown",
            "SerialNo": state.serial,
            "SoftWareVersion": state.firmware,
            "VideoInChannel": 1,
        }
    }


def _camera(state: DvripState) -> dict[str, object]:
    return {
        "Camera.Param": [
            {"DayNightColor": "0x00000000", "IRCUTMode": 0, "IrcutSwap": state.ircut_swap}
        ]
    }


_CONTENT: Final[Mapping[tuple[int, str], Callable[[DvripState], dict[str, object] | None]]] = {
    (1020, "SystemInfo"): _system,
    (1042, "Camera.Param"): _camera,
    (1042, "Dev.ElectCapacity"): _battery,
    (1610, "OPTUpData"): _battery,
}
