"""What a device says to somebody without credentials; frozen facts."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.camera.port import Cause


class Port(enum.Enum):
    """What became of one connection."""

    OPEN = "open"
    REFUSED = "refused"
    SILENT = "silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Knocked:
    """The answers; none of them cost a login."""

    onvif_port: int
    rtsp_port: int
    ports: Mapping[int, Port] = field(default_factory=dict)
    onvif: Cause | None = None  # why ONVIF does not speak where it is configured; None: it does
    onvif_status: int | None = None  # of HTTP there, when it is no SOAP
    http_speaks: bool = False  # any HTTP at the configured port
    rtsp_speaks: bool = False
    moved_to: str = ""  # "host:port" where ONVIF speaks instead
    over_tls: str = ""  # "host:port" where it does over TLS
    fingerprint: str = ""  # of the certificate there
    codes: tuple[str, ...] = ()  # of the SOAP fault that refuses who shows no login
    page: str = ""  # a vendor page that asks for Digest: somewhere to try the password

    def is_open(self, port: int) -> bool:
        """Whether a connection to the port was taken."""
        return self.ports.get(port) is Port.OPEN

    @property
    def lives(self) -> bool:
        """Whether anything but ONVIF answers."""
        others = any(
            state is Port.OPEN for port, state in self.ports.items() if port != self.onvif_port
        )
        return self.rtsp_speaks or self.http_speaks or others
