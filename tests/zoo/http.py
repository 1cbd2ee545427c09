"""HTTP that lies about lengths, never ends, drips, floods or sends the agent elsewhere."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Any, Final

from tests.zoo.behaviour import (
    BEHIND_SOAP,
    MISBEHAVES,
    UNREACHABLE,
    Asked,
    Behaviour,
    http_reply,
    on_all,
)

_OK: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n"
_MIB: Final = 1024 * 1024
_BROKEN: Final = frozenset({MISBEHAVES})
_SILENT: Final = frozenset({UNREACHABLE})


def _animal(
    name: str, does: str, stands_for: str, twist: Any, cause: str, **more: Any
) -> Behaviour:
    known: dict[str, Any] = {
        "http": on_all(twist),
        "spoils": BEHIND_SOAP,
        "causes": frozenset({cause}),
        "faults": _BROKEN,
    }
    return Behaviour(name=name, does=does, stands_for=stands_for, **(known | more))


def _gzip_bomb() -> bytes:
    """600 MB of spaces in about 600 KB, as members one after the other (RFC 1952)."""
    return gzip.compress(b" " * _MIB) * 600


async def _endless() -> AsyncIterator[bytes]:
    yield _OK + b"\r\n<?xml version='1.0'?><x>"
    for _ in range(3000):
        yield b"A" * 65536


async def _drip(head: bytes) -> AsyncIterator[bytes]:
    yield head
    while True:
        yield b" "
        await asyncio.sleep(0.3)


async def _then_silence(head: bytes) -> AsyncIterator[bytes]:
    yield head
    await asyncio.sleep(60)


async def _continues() -> AsyncIterator[bytes]:
    for _ in range(200_000):
        yield b"HTTP/1.1 100 Continue\r\n\r\n" * 100
        await asyncio.sleep(0.01)


def _chunked(content: bytes, stated: int) -> bytes:
    head = _OK + b"Transfer-Encoding: chunked\r\n\r\n"
    return head + f"{stated:x}\r\n".encode() + content + b"\r\n0\r\n\r\n"


def _lengths(*stated: int) -> Any:
    def twist(asked: Asked) -> bytes:
        lines = b"".join(b"Content-Length: %d\r\n" % one for one in stated)
        return _OK + lines + b"\r\n" + asked.content

    return twist


def _redirect(status: str, to: str) -> Any:
    def twist(asked: Asked) -> bytes:
        place = to.format(foreign=asked.stage.foreign, own=asked.stage.own)
        return http_reply("", status=status, headers=(f"Location: {place}",))

    return twist


_ELSEWHERE: Final = "http://{foreign}/onvif/device_service"
_REDIRECT: Final = "http.redirect"
_PAGE: Final = "<!DOCTYPE html><html><body><form>Please log in</form></body></html>"

BEHAVIOURS: Final = (
    _animal(
        "empty_200", "answers 200 with nothing", "namespace-prefix quirks of server programs",
        lambda _: http_reply(""), "http.not_xml",
    ),
    _animal(
        "html_login_page", "answers 200 with a login page", "a web server in front of ONVIF",
        lambda _: http_reply(_PAGE, headers=("Content-Type: text/html",)), "http.not_xml",
    ),
    _animal(
        "not_found", "answers 404", "ONVIF switched off by an update",
        lambda _: http_reply("gone", status="404 Not Found"), "http.status",
        faults=frozenset(),
    ),
    _animal(
        "json_error", "answers 200 with a JSON error", "a cloud gateway in between",
        lambda _: http_reply('{"error": "offline"}'), "http.not_xml",
    ),
    _animal(
        "ssh_banner", "speaks SSH on the ONVIF port", "a wrong port forward",
        lambda _: b"SSH-2.0-dropbear_2019.78\r\n", "http.not_xml",
    ),
    _animal(
        "status_garbage", "sends a status line that is none", "a broken web server",
        lambda _: b"HTTP/1.1 OK 200\r\nContent-Length: 0\r\n\r\n", "http.not_xml",
    ),
    _animal(
        "gzip_unasked", "compresses although nobody asked", "a proxy on the way",
        lambda asked: http_reply(
            gzip.compress(asked.content), headers=("Content-Encoding: gzip",)
        ),
        "http.not_xml",
    ),
    _animal(
        "gzip_bomb", "sends 600 MB as 600 KB of gzip", "memory exhaustion",
        lambda _: http_reply(_gzip_bomb(), headers=("Content-Encoding: gzip",)),
        "http.not_xml", is_heavy=True,
    ),
    _animal(
        "endless_body", "never ends its reply", "memory exhaustion",
        lambda _: _endless(), "http.too_large", is_heavy=True,
    ),
    _animal(
        "chunk_too_long", "promises more of a chunk than comes", "a crash while writing",
        lambda asked: _chunked(asked.content, len(asked.content) + 999), "onvif.unparsable",
    ),
    _animal(
        "chunk_size_garbage", "states chunk sizes that are no numbers", "a broken web server",
        lambda asked: _OK + b"Transfer-Encoding: chunked\r\n\r\nZZZ\r\n" + asked.content,
        "http.not_xml",
    ),
    _animal(
        "length_too_long", "states a longer body than it sends, and closes",
        "a crash while writing", lambda asked: _lengths(len(asked.content) + 500)(asked),
        "onvif.unparsable",
    ),
    _animal(
        "length_too_short", "states half the length of what it sends", "a length before encoding",
        lambda asked: _lengths(max(1, len(asked.content) // 2))(asked), "http.not_xml",
    ),
    _animal(
        "two_lengths", "states two lengths", "request smuggling",
        lambda asked: _lengths(10, len(asked.content))(asked), "http.not_xml",
    ),
    _animal(
        "negative_length", "states a negative length", "an integer overflow",
        _lengths(-5), "http.not_xml",
    ),
    _animal(
        "header_flood", "sends a header of two megabytes", "memory exhaustion",
        lambda _: b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 2 * _MIB + b"\r\n\r\n", "http.not_xml",
        is_heavy=True,
    ),
    _animal(
        "headers_100k", "sends 100,000 headers", "memory exhaustion",
        lambda _: b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 100_000 + b"\r\n", "http.not_xml",
        is_heavy=True,
    ),
    _animal(
        "endless_continue", "answers 100 Continue for ever", "a deadline that each line renews",
        lambda _: _continues(), "deadline", faults=_SILENT,
    ),
    _animal(
        "drip_body", "sends a byte of the body each 0.3 s", "slow loris; a deadline per read",
        lambda asked: _drip(_OK + b"Content-Length: 9999\r\n\r\n"), "deadline", faults=_SILENT,
    ),
    _animal(
        "drip_headers", "sends a byte of a header each 0.3 s", "slow loris",
        lambda asked: _drip(_OK + b"X-Slow:"), "deadline", faults=_SILENT,
    ),
    _animal(
        "hang_before_headers", "accepts and says nothing", "a hung firmware task",
        lambda _: _then_silence(b""), "deadline", faults=_SILENT,
    ),
    _animal(
        "hang_after_headers", "sends headers and no body", "a hung firmware task",
        lambda _: _then_silence(_OK + b"Content-Length: 500\r\n\r\n"), "deadline",
        faults=_SILENT,
    ),
    _animal(
        "hang_in_the_body", "sends half of the body and no more", "a radio link that died",
        lambda asked: _then_silence(asked.honest[: len(asked.honest) * 2 // 3]), "deadline",
        faults=_SILENT,
    ),
    _animal(
        "close_at_once", "closes without a word", "a table of connections that is full",
        lambda _: b"", "tcp.reset", faults=_SILENT,
    ),
    _animal(
        "switching_protocols", "answers 101 and goes on in something else", "a web socket port",
        lambda _: b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nhello",
        "http.status", faults=frozenset(),
    ),
    *(
        _animal(
            f"redirect_{status}", f"answers {status} and sends the agent to another host",
            "harvesting of logins", _redirect(f"{status} Moved", _ELSEWHERE), _REDIRECT,
        )
        for status in (301, 302, 307, 308)
    ),
    _animal(
        "redirect_loop", "sends the agent to itself for ever", "a login page without cookies",
        _redirect("302 Found", "http://{own}/onvif/device_service"), _REDIRECT,
    ),
    _animal(
        "redirect_to_a_file", "sends the agent to a file of its own host", "local file reading",
        _redirect("302 Found", "file:///etc/passwd"), _REDIRECT,
    ),
    _animal(
        "redirect_with_our_name", "sends the agent to a host with a login in the address",
        "harvesting of logins",
        _redirect("307 Moved", "http://{own}@{foreign}/"), _REDIRECT,
    ),
)  # fmt: skip
