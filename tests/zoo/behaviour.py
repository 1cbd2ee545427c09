"""What a hostile or broken device is: how it departs from an honest one, and what may be said."""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

Answer = bytes | AsyncIterator[bytes]

MISBEHAVES: Final = "device.misbehaves"
UNREACHABLE: Final = "device.unreachable"
NO_STREAM: Final = "stream.none"

IDENTITY: Final = ("identity.",)
STREAM: Final = ("stream.",)
PICTURE: Final = ("picture.",)
VENDOR: Final = ("battery.", "solar.", "cellular.", "vendor.status")
BEHIND_SOAP: Final = ("identity.", "clock.", "imaging.", "login.", *STREAM, *PICTURE, *VENDOR)
"""All that an agent learns by way of a SOAP reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where a device stands: its own address, and places that must never hear of it."""

    host: str
    http_port: int
    rtsp_port: int
    dvrip_port: int  # 0: none
    foreign: str  # another host of the network, host:port
    metadata: str  # what a cloud machine must not be asked by others

    @property
    def own(self) -> str:
        """host:port of the device's HTTP side."""
        return f"{self.host}:{self.http_port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One HTTP request, and what an honest device would answer."""

    stage: Stage
    operation: str  # "GetProfiles"; "GET /path" for what is no SOAP
    headers: dict[str, str]
    body: bytes
    honest: bytes  # the whole HTTP reply
    number: int  # of the requests to this device, from 1

    @property
    def content(self) -> bytes:
        """The body of the honest reply."""
        return self.honest.partition(b"\r\n\r\n")[2]

    @property
    def is_soap(self) -> bool:
        """Whether a SOAP operation was asked."""
        return not self.operation.startswith("GET ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One RTSP request, and what an honest device would answer."""

    stage: Stage
    method: str
    headers: dict[str, str]
    honest: bytes


Http = Callable[[Asked], Answer | None]  # None: as an honest device
Rtsp = Callable[[Told], Answer | None]
Packets = Callable[[], Iterable[bytes]]  # what is written after PLAY, a tenth of a second apart
Dvrip = Callable[[int], Answer | None]  # by the number of the message; None: as it should be
Datagrams = Callable[[], Iterable[Sequence[bytes]]]  # the same over UDP, where SETUP agreed on it


class Tls(enum.Enum):
    """How the device's HTTP port speaks TLS; the operator believes that it does."""

    NONE = "none"
    UNPROVEN = "unproven"  # a certificate of its own, that nobody has pinned
    CHANGED = "changed"  # not the one that was pinned
    SILENT = "silent"
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """One animal of the zoo.

    ``spoils`` are the readings, or families of them ("stream."), that no broken answer may make
    good: one is good only where it tells the failure itself, with its cause. One of ``causes`` must
    be among the causes that the readings name; without any, the device may be read in full.
    ``faults`` are all the fault codes that rules may find: any other one would be guessed.
    """

    name: str
    does: str
    stands_for: str
    http: Http | None = None
    rtsp: Rtsp | None = None
    packets: Packets | None = None
    datagrams: Datagrams | None = None  # interleaving is refused then
    transport: str = ""  # more in the answer to SETUP over UDP
    dvrip: Dvrip | None = None  # None: the device speaks no DVRIP
    sdp: str | None = None  # instead of the honest description
    snapshot: bytes | None = None
    states: Mapping[str, str] = field(default_factory=dict)  # readings that differ by its word
    spoils: tuple[str, ...] = ()
    causes: frozenset[str] = frozenset()
    faults: frozenset[str] = frozenset()
    is_heavy: bool = False  # floods or bombs: visited alone, so that memory is its own
    tls: Tls = Tls.NONE
    on_known_ports: bool = False  # it listens on 80 and, with a certificate of its own, on 443 too
    on_loopback: bool = False  # the operator named a loopback address


def http_reply(
    content: bytes | str, *, status: str = "200 OK", headers: Iterable[str] = ()
) -> bytes:
    """A whole and proper HTTP reply."""
    body = content.encode() if isinstance(content, str) else content
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def on_soap(twist: Callable[[Asked], Answer]) -> Http:
    """The same for every SOAP reply; pages stay honest."""
    return lambda asked: twist(asked) if asked.is_soap else None


def on_all(twist: Callable[[Asked], Answer]) -> Http:
    """The same for every HTTP reply."""
    return twist


def on_operation(name: str, twist: Callable[[Asked], Answer]) -> Http:
    """Only this operation; a page by its path, "GET /snapshot.jpg"."""
    return lambda asked: twist(asked) if asked.operation == name else None


def without_snapshot(asked: Asked) -> Answer | None:
    """No snapshot, so that a picture can only come from the stream."""
    return http_reply("", status="404 No") if asked.operation == "GET /snapshot.jpg" else None


def body_of(change: Callable[[bytes], bytes]) -> Callable[[Asked], Answer]:
    """The honest reply with its body changed and a length that agrees."""
    return lambda asked: http_reply(change(asked.content))
