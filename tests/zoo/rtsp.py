"""RTSP that describes nothing, lies about lengths, redirects, hangs or floods."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

from tests.zoo import honest
from tests.zoo.behaviour import NO_STREAM, STREAM, Behaviour, Told

_NONE: Final = frozenset({NO_STREAM})
_LAYERS: Final = ("DESCRIBE", "SETUP", "PLAY")


def _animal(name: str, does: str, stands_for: str, *causes: str, **more: Any) -> Behaviour:
    known: dict[str, Any] = {"spoils": STREAM, "causes": frozenset(causes), "faults": _NONE}
    return Behaviour(name=name, does=does, stands_for=stands_for, **(known | more))


def _instead(method: str, text: Any) -> Any:
    """Something else for one method; ``text`` may ask the request."""

    def twist(told: Told) -> Any:
        if told.method != method or b" 401 " in told.honest[:20]:
            return None
        return text(told) if callable(text) else text

    return twist


def _cseq(told: Told) -> str:
    return f"CSeq: {told.headers.get('cseq', '')}"


def _replies(status: str, *headers: str, body: str = "") -> Any:
    return lambda told: honest.rtsp_text(status, _cseq(told), *headers, body=body)


async def _silence() -> AsyncIterator[bytes]:
    yield b""
    await asyncio.sleep(60)


async def _requests() -> AsyncIterator[bytes]:
    """Requests of the device to us, without end."""
    while True:
        yield b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n" * 200
        await asyncio.sleep(0.005)


def _other_numbers(told: Told) -> bytes:
    return told.honest.replace(_cseq(told).encode(), b"CSeq: 99999")


def _one_then_lies() -> Iterator[bytes]:
    """One honest picture, then a packet said to be longer than what comes."""
    yield from honest.frames(honest.key_frame(), count=3)
    yield b"$\x00\xff\xff" + b"short"


_AUDIO: Final = "m=audio 0 RTP/AVP 0\r\na=control:track2\r\n"
_HEAD: Final = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=zoo\r\nt=0 0\r\n"

BEHAVIOURS: Final = (
    _animal("describes_nothing", "answers DESCRIBE without a description", "broken firmware",
            "rtsp.protocol", rtsp=_instead("DESCRIBE", _replies("200 OK"))),
    _animal("describes_audio_only", "describes sound and no video", "a doorbell's second stream",
            "rtsp.protocol", sdp=_HEAD + _AUDIO),
    _animal("description_of_10_mb", "states a description of ten megabytes", "memory exhaustion",
            "rtsp.protocol",
            rtsp=_instead("DESCRIBE", _replies("200 OK", "Content-Length: 10000000"))),
    _animal("description_of_60_k_lines", "describes 6,000 media", "a slow parser",
            "rtsp.protocol",
            rtsp=_instead("DESCRIBE", _replies("200 OK", body=_HEAD + "m=x\r\n" * 6000))),
    _animal("sets_of_no_base64", "states parameter sets that are no base64", "broken firmware",
            spoils=(), faults=frozenset(), sdp=honest.SDP.replace(
                "packetization-mode=1", "sprop-parameter-sets=%%%,=AAA\u00e9,AAAA=A")),
    _animal("redirects_its_stream", "answers DESCRIBE with 302 to another host",
            "harvesting of logins", "rtsp.status",
            rtsp=_instead("DESCRIBE", lambda told: honest.rtsp_text(
                "302 Moved", _cseq(told), f"Location: rtsp://{told.stage.foreign}/live"))),
    _animal("other_sequence_numbers", "answers other requests than ours", "a confused server",
            "deadline", faults=frozenset(),
            rtsp=_other_numbers),
    _animal("speaks_http", "speaks HTTP on its RTSP port", "a wrong port forward",
            "rtsp.protocol",
            rtsp=_instead("OPTIONS", b"HTTP/1.1 400 Bad Request\r\n\r\n")),
    _animal("header_without_end", "sends a header line without end", "memory exhaustion",
            "rtsp.protocol", rtsp=_instead("OPTIONS", b"RTSP/1.0 200 OK\r\nX: " + b"a" * 500_000)),
    *(
        _animal(f"hangs_on_{method.lower()}", f"never answers {method}", "a hung firmware task",
                "deadline", faults=frozenset(), rtsp=_instead(method, lambda _: _silence()))
        for method in _LAYERS
    ),
    _animal("asks_us_for_ever", "sends requests to us without end", "a loop between two peers",
            "deadline", faults=frozenset(), rtsp=_instead("DESCRIBE", lambda _: _requests())),
    _animal("plays_nothing", "accepts PLAY and sends no packet", "an encoder that died",
            "rtsp.no_packet", packets=lambda: ()),
    _animal("interleaved_length_lies", "states a packet longer than what comes",
            "a crash while writing", packets=_one_then_lies, spoils=(), faults=frozenset()),
    _animal("never_answers_teardown", "never answers TEARDOWN", "firmware that closes first",
            rtsp=_instead("TEARDOWN", lambda _: _silence()), spoils=(), faults=frozenset()),
    _animal("session_with_a_header_in_it", "hides a header in its session name",
            "request splitting", spoils=(), faults=frozenset(),
            rtsp=_instead("SETUP", _replies("200 OK", "Session: 4\rX-Evil: 1;timeout=60"))),
)  # fmt: skip
