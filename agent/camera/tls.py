"""Which certificate of a device is believed: one that the operator pinned, or one that a CA signed.

Cameras sign their certificates themselves, so that a verified chain is the exception and a pin the
rule. A certificate that nobody has vouched for carries no login; one that is not the pinned one is
another device until a person says otherwise, and is told nothing at all.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent.camera.client_library import aiohttp
from agent.camera.port import CameraError, Cause, Target

_PREFIX: Final = "sha256:"
_FINGERPRINT: Final = re.compile(r"(?:sha256:)?((?:[0-9a-f]{2}:?){31}[0-9a-f]{2})")
_HANDSHAKE_S: Final = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What the operator believes of one device; without a pin a CA must vouch for it."""

    pins: frozenset[str] = frozenset()  # "sha256:..." of whole certificates
    ca: str = ""  # file of authorities instead of the public ones
    needs_proof: bool = True  # False: nothing secret is said, so anybody may answer


def trust_of(target: Target, *, anonymous: bool = False) -> Trust:
    """The trust of a target; where it has no credentials nothing secret can be said."""
    return Trust(
        pins=frozenset(target.tls_fingerprints),
        ca=target.tls_ca,
        needs_proof=not anonymous and target.credentials is not None,
    )


def read_fingerprint(text: str) -> str | None:
    """A fingerprint as people write it (colons, capitals) in our form; None when it is none."""
    found = _FINGERPRINT.fullmatch(text.strip().lower())
    return _PREFIX + found.group(1).replace(":", "") if found else None


def fingerprint_of(certificate: bytes) -> str:
    """SHA-256 of a whole certificate (DER), as ``openssl x509 -fingerprint -sha256`` shows it."""
    return _PREFIX + hashlib.sha256(certificate).hexdigest()


class PinCheck(aiohttp.Fingerprint):
    """Ends a connection before the first byte of a request unless a pinned certificate answers."""

    def __init__(self, pins: frozenset[str]) -> None:
        """Any of ``pins`` will do: a device may have one certificate a port."""
        super().__init__(bytes(32))
        self._pins = pins

    def check(self, transport: asyncio.Transport) -> None:
        """Raise ServerFingerprintMismatch for any other certificate."""
        found = peer_fingerprint(transport.get_extra_info("ssl_object"))
        if found not in self._pins:
            raise aiohttp.ServerFingerprintMismatch(
                self.fingerprint, bytes.fromhex(found.removeprefix(_PREFIX)), "", 0
            )


def peer_fingerprint(tls: ssl.SSLObject | None) -> str:
    """The fingerprint of the certificate that the other side showed."""
    shown = tls.getpeercert(binary_form=True) if tls is not None else None
    return fingerprint_of(shown or b"")


@functools.cache
def verifying(ca: str) -> ssl.SSLContext:
    """A context that believes a chain and a name: public authorities, or those of a file."""
    return ssl.create_default_context(cafile=ca or None)


@functools.cache
def unverified() -> ssl.SSLContext:
    """A context for what is pinned, or is told nothing secret."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def fingerprint_at(host: str, port: int) -> str | None:
    """What certificate a port shows; nothing is sent. None when it cannot be learnt."""
    try:
        async with asyncio.timeout(_HANDSHAKE_S):
            _, writer = await asyncio.open_connection(host, port, ssl=unverified())
    except OSError:  # TimeoutError is one
        return None
    found = peer_fingerprint(writer.get_extra_info("ssl_object"))
    writer.close()
    return found


def unproven(found: str | None, why: str) -> CameraError:
    """The error for a certificate that nobody has vouched for; its detail is the remedy."""
    shown = f'; if this is the camera, write tls_fingerprint = "{found}"' if found else ""
    return CameraError(
        Cause.TLS_UNPINNED, f"no login is sent: the certificate is not verified ({why}){shown}"
    )


def changed(found: str) -> CameraError:
    """The error for another certificate than the pinned one."""
    return CameraError(
        Cause.TLS_CHANGED,
        "another certificate than the pinned one answers, it may be another device: nothing is"
        f' sent. If the device was reset or exchanged, write tls_fingerprint = "{found}"',
    )


def why_unverified(error: BaseException) -> str:
    """What OpenSSL holds against a certificate, in few words."""
    message = getattr(error, "verify_message", "") or "no authority vouches for it"
    return str(message)[:60]


def is_ca_file(path: Path) -> bool:
    """Whether a file holds certificates of authorities that OpenSSL can read."""
    try:
        ssl.create_default_context(cafile=str(path))
    except OSError:  # SSLError is one
        return False
    return True
