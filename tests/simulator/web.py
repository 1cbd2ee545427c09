"""Small HTTP and SOAP calls for tests, by clients that are not ours."""

from __future__ import annotations

import asyncio
import base64
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from lxml import etree
from requests.auth import AuthBase, HTTPDigestAuth

from simulator.camera import SimulatedCamera
from simulator.onvif.names import DEVICE
from simulator.wsse import password_digest
from tests.simulator.specs import PASSWORD

_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
TIMEOUT_S = 10


def digest(password: str = PASSWORD) -> HTTPDigestAuth:
    """Digest by requests: an independent implementation of the client's side."""
    return HTTPDigestAuth("admin", password)


async def get(camera: SimulatedCamera, path: str, *, auth: AuthBase | None = None) -> Any:
    """GET a path of a camera without following redirects."""
    return await _send("GET", f"http://{camera.address}{path}", auth=auth)


async def post(
    camera: SimulatedCamera, body: bytes, *, auth: AuthBase | None = None
) -> requests.Response:
    """POST an envelope to the device service."""
    url = f"http://{camera.address}/onvif/device_service"
    return await _send("POST", url, body=body, auth=auth)


async def _send(
    method: str, url: str, *, body: bytes | None = None, auth: AuthBase | None = None
) -> requests.Response:
    def call() -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.request(
                method, url, data=body, auth=auth, timeout=TIMEOUT_S, allow_redirects=False
            )

    return await asyncio.to_thread(call)


def envelope(operation: str, *, security: str = "") -> bytes:
    """A device-service request without arguments."""
    return (
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope">'
        f"<e:Header>{security}</e:Header><e:Body>"
        f'<{operation} xmlns="{DEVICE}"/></e:Body></e:Envelope>'
    ).encode()


def token(
    *,
    password: str = PASSWORD,
    ahead: timedelta = timedelta(0),
    nonce: bytes | None = None,
    plain: bool = False,
) -> str:
    """A WS-Security header made by hand; ``ahead`` of the true time."""
    nonce = secrets.token_bytes(16) if nonce is None else nonce
    created = (datetime.now(UTC) + ahead).strftime("%Y-%m-%dT%H:%M:%SZ")
    shown = password_digest(nonce=nonce, created=created, password=password)
    kind = "PasswordText" if plain else "PasswordDigest"
    return (
        f'<w:Security xmlns:w="{_OASIS}-wssecurity-secext-1.0.xsd"'
        f' xmlns:u="{_OASIS}-wssecurity-utility-1.0.xsd"><w:UsernameToken>'
        "<w:Username>admin</w:Username>"
        f'<w:Password Type="{_OASIS}-username-token-profile-1.0#{kind}">'
        f"{password if plain else shown}</w:Password>"
        f"<w:Nonce>{base64.b64encode(nonce).decode()}</w:Nonce>"
        f"<u:Created>{created}</u:Created></w:UsernameToken></w:Security>"
    )


def information(*, security: str = "") -> bytes:
    """GetDeviceInformation, which needs a login."""
    return envelope("GetDeviceInformation", security=security)


def text_of(response: requests.Response, name: str) -> str | None:
    """The text of the first element with this local name; None when there is none."""
    found = etree.fromstring(response.content).iter(f"{{*}}{name}")
    element = next(found, None)
    return None if element is None else (element.text or "")
