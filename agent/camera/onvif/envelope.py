"""SOAP 1.2 envelopes and the WS-UsernameToken digest."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from agent.camera.port import Credentials

_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
_TOKEN_PROFILE = f"{_WSSE}-username-token-profile-1.0#PasswordDigest"
_BASE64 = f"{_WSSE}-soap-message-security-1.0#Base64Binary"
_NONCE_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressing:
    """WS-Addressing headers, which only event operations need."""

    action: str
    to: str
    parameters: str = ""  # reference parameters of a subscription, as XML to be echoed


def password_digest(*, nonce: bytes, created: str, password: str) -> str:
    """Base64(SHA-1(nonce + created + password)): WSS UsernameToken Profile 1.0, section 3.1."""
    return base64.b64encode(
        hashlib.sha1(nonce + created.encode() + password.encode()).digest()
    ).decode()


def created_text(at: datetime) -> str:
    """The time stamp with Z; some firmware refuses ``+00:00``."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def security_header(credentials: Credentials, *, device_now: datetime) -> str:
    """WS-Security header signed in the device's own time with a fresh nonce."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    created = created_text(device_now)
    digest = password_digest(nonce=nonce, created=created, password=credentials.password)
    return (
        f'<wsse:Security s:mustUnderstand="1" xmlns:wsse="{_WSSE}-wssecurity-secext-1.0.xsd"'
        f' xmlns:wsu="{_WSSE}-wssecurity-utility-1.0.xsd"><wsse:UsernameToken>'
        f"<wsse:Username>{escape(credentials.user)}</wsse:Username>"
        f'<wsse:Password Type="{_TOKEN_PROFILE}">{digest}</wsse:Password>'
        f'<wsse:Nonce EncodingType="{_BASE64}">{base64.b64encode(nonce).decode()}</wsse:Nonce>'
        f"<wsu:Created>{created}</wsu:Created></wsse:UsernameToken></wsse:Security>"
    )


def envelope(body: str, *, security: str = "", addressing: Addressing | None = None) -> bytes:
    """Wrap a body in an envelope; without any header there is no Header element."""
    header = security
    if addressing is not None:
        header += (
            '<wsa:Action s:mustUnderstand="1" xmlns:wsa="http://www.w3.org/2005/08/addressing">'
            f"{escape(addressing.action)}</wsa:Action>"
            '<wsa:MessageID xmlns:wsa="http://www.w3.org/2005/08/addressing">'
            f"urn:uuid:{_uuid4()}</wsa:MessageID>"
            '<wsa:To s:mustUnderstand="1" xmlns:wsa="http://www.w3.org/2005/08/addressing">'
            f"{escape(addressing.to)}</wsa:To>{addressing.parameters}"
        )
    head = f"<s:Header>{header}</s:Header>" if header else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">{head}'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def _uuid4() -> str:
    raw = secrets.token_hex(16)
    return f"{raw[:8]}-{raw[8:12]}-4{raw[13:16]}-8{raw[17:20]}-{raw[20:]}"
