"""XMeye cameras whose DVRIP frames lie about lengths, parts and numbers, or never come."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncIterator
from typing import Any, Final

from tests.zoo.behaviour import Answer, Behaviour

READING: Final = "zoo.dvrip"
_HEADER: Final = struct.Struct("<BBxxIIBBHI")
LOGIN: Final = 1000
_BATTERY: Final = {"Name": "OPTUpData", "Ret": 100, "Dev.ElectCapacity": {"percent": 81}}
_WELCOME: Final = {"Ret": 100, "SessionID": "0x0000002A", "AliveInterval": 20}


def message_of(head: bytes) -> tuple[int, int]:
    """The number of a request and the length of its body."""
    fields = _HEADER.unpack(head)
    return fields[6], fields[7]


def frame(
    message: int, body: object, *, length: int | None = None, parts: int = 0, part: int = 0,
    magic: int = 0xFF,
) -> bytes:  # fmt: skip
    """A frame; ``length`` is a lie when it is given."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode() + b"\n\x00"
    stated = len(content) if length is None else length
    return _HEADER.pack(magic, 1, 42, 0, parts, part, message, stated) + content


def honest_answer(message: int) -> bytes:
    """What a healthy device answers."""
    return frame(message + 1, _WELCOME if message == LOGIN else _BATTERY)


async def _then_silence(content: bytes) -> AsyncIterator[bytes]:
    yield content
    await asyncio.sleep(60)


async def _strays() -> AsyncIterator[bytes]:
    """News that nobody asked for, without end."""
    while True:
        yield frame(1504, {"Name": "AlarmInfo", "SessionID": "0x2A"}) * 100
        await asyncio.sleep(0.01)


def _animal(
    name: str, does: str, stands_for: str, battery: Any, *causes: str, **more: Any
) -> Behaviour:
    """Another answer to the question; ``battery`` may be a function of the message's number."""

    def twist(message: int) -> Answer | None:
        if message == LOGIN:
            return None
        made: Answer = battery(message + 1) if callable(battery) else battery
        return made

    known: dict[str, Any] = {"dvrip": twist, "spoils": (READING,), "causes": frozenset(causes)}
    return Behaviour(name=name, does=does, stands_for=stands_for, **(known | more))


def _login(name: str, does: str, stands_for: str, answer: bytes, *causes: str) -> Behaviour:
    return Behaviour(
        name=name,
        does=does,
        stands_for=stands_for,
        dvrip=lambda message: answer if message == LOGIN else None,
        spoils=(READING,),
        causes=frozenset(causes),
    )


BEHAVIOURS: Final = (
    Behaviour(name="dvrip_honest", does="answers DVRIP as it should", stands_for="XMeye",
              dvrip=lambda message: None),
    _animal("dvrip_length_of_4_gb", "states a frame of four gigabytes", "memory exhaustion",
            lambda m: frame(m, _BATTERY, length=0xFFFFFFFF), "http.too_large"),
    _animal("dvrip_length_too_long", "states a longer frame than it sends", "a crash in firmware",
            lambda m: _then_silence(frame(m, _BATTERY, length=5000)), "deadline"),
    _animal("dvrip_length_too_short", "states half the length of its frame", "an old firmware",
            lambda m: frame(m, _BATTERY, length=30), "vendor.unparsable"),
    _animal("dvrip_other_magic", "sends frames of another protocol", "a wrong port forward",
            lambda m: frame(m, _BATTERY, magic=0x3C), "vendor.unparsable"),
    _animal("dvrip_parts_without_end", "promises 255 parts and repeats the first",
            "memory exhaustion", lambda m: frame(m, b" " * 60_000, parts=255) * 255,
            "vendor.unparsable"),
    _animal("dvrip_other_answer", "answers other questions than ours", "replies mixed up",
            lambda m: frame(m + 40, _BATTERY) * 40, "vendor.unparsable"),
    _animal("dvrip_strays_without_end", "sends alarms and never an answer", "a chatty recorder",
            lambda m: _strays(), "vendor.unparsable", "deadline"),
    _animal("dvrip_nested_30k", "nests 30,000 lists", "a stack overflow in the parser",
            lambda m: frame(m, b"[" * 30_000 + b"]" * 30_000), "vendor.unparsable"),
    _animal("dvrip_nan", "states a charge of NaN", "C printing a float",
            lambda m: frame(m, b'{"Ret":100,"Dev.ElectCapacity":{"percent":NaN}}'),
            "vendor.unparsable"),
    _animal("dvrip_silence", "takes the login and never answers", "a hung firmware task",
            lambda m: _then_silence(b""), "deadline"),
    _login("dvrip_login_page", "answers the login with a page", "a wrong port forward",
           b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n<html></html>", "vendor.unparsable"),
    _login("dvrip_wrong_password", "refuses the login", "a wrong password",
           frame(LOGIN + 1, {"Ret": 203}), "login.refused"),
    _login("dvrip_session_garbage", "names a session that is no number", "broken firmware",
           frame(LOGIN + 1, {"Ret": "NaN", "SessionID": {"a": 1}}), "vendor.unparsable",
           "vendor.refused"),
)  # fmt: skip
