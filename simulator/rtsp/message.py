"""RTSP requests and replies as bytes (RFC 2326)."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

_MOST_HEADER_BYTES = 16_384
_MOST_BODY_BYTES = 65_536
_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    461: "Unsupported Transport",
    501: "Not Implemented",
    503: "Service Unavailable",
}


class BrokenRequest(ValueError):
    """The bytes are not RTSP; the connection cannot go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; header names are in lower case, the last of equal names counts."""

    method: str
    uri: str
    headers: dict[str, str]

    @property
    def sequence(self) -> str:
        """Give CSeq, or 0 when the client left it out."""
        return self.headers.get("cseq", "0")


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """Read the next request, passing over interleaved packets; None at the end of the stream.

    Raises BrokenRequest, and IncompleteReadError when the stream ends within a request.
    """
    while True:
        first = await reader.read(1)
        if not first:
            return None
        if first == b"$":  # the player's RTCP reports: channel, length, packet
            header = await reader.readexactly(3)
            await reader.readexactly(int.from_bytes(header[1:], "big"))
        elif first not in b"\r\n":
            return await _read_rest(first, reader)


async def _read_rest(first: bytes, reader: asyncio.StreamReader) -> Request:
    try:
        text = first + await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as long:
        raise BrokenRequest("request header is too long") from long
    if len(text) > _MOST_HEADER_BYTES:
        raise BrokenRequest("request header is too long")
    lines = text.decode("utf-8", "replace").split("\r\n")
    words = lines[0].split()
    if len(words) != 3 or not words[2].startswith("RTSP/"):
        raise BrokenRequest("first line is not an RTSP request")
    pairs = (line.partition(":") for line in lines[1:] if ":" in line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > _MOST_BODY_BYTES:
        raise BrokenRequest("Content-Length is not a number or too large")
    await reader.readexactly(int(length))
    return Request(method=words[0].upper(), uri=words[1], headers=headers)


def encode_reply(
    status: int,
    *,
    sequence: str,
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
) -> bytes:
    """Write a reply with its CSeq, the given headers and, with a body, its length."""
    lines = [f"RTSP/1.0 {status} {_REASONS[status]}", f"CSeq: {sequence}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body
