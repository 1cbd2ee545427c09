"""An independent ONVIF client: plain zeep in strict mode on the WSDLs that onvif-zeep ships."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from requests import Session
from requests.auth import AuthBase
from zeep import Client, Settings
from zeep.plugins import HistoryPlugin, Plugin
from zeep.transports import Transport
from zeep.wsa import WsAddressingPlugin
from zeep.wsdl import Document
from zeep.wsse.username import UsernameToken

_FILES = {
    "device": ("devicemgmt.wsdl", "{http://www.onvif.org/ver10/device/wsdl}DeviceBinding"),
    "media": ("media.wsdl", "{http://www.onvif.org/ver10/media/wsdl}MediaBinding"),
    "imaging": ("imaging.wsdl", "{http://www.onvif.org/ver20/imaging/wsdl}ImagingBinding"),
    "events": ("events.wsdl", "{http://www.onvif.org/ver10/events/wsdl}EventBinding"),
    "pullpoint": (
        "events.wsdl",
        "{http://www.onvif.org/ver10/events/wsdl}PullPointSubscriptionBinding",
    ),
    "subscription": (
        "events.wsdl",
        "{http://www.onvif.org/ver10/events/wsdl}SubscriptionManagerBinding",
    ),
}
_STRICT = Settings(strict=True, xml_huge_tree=False)
TIMEOUT_S = 8


@cache
def _document(name: str) -> Document:
    found = importlib.util.find_spec("onvif")  # not imported: it changes logging and proxies
    assert found is not None and found.origin is not None
    path = Path(found.origin).parents[1] / "wsdl" / name
    return Document(str(path), Transport(), settings=_STRICT)  # type: ignore[arg-type]  # zeep is wrong about itself


def service(
    name: str,
    url: str,
    *,
    user: str | None = None,
    password: str = "",
    auth: AuthBase | None = None,
    ahead: timedelta = timedelta(0),
    history: HistoryPlugin | None = None,
) -> Any:
    """A zeep service proxy; signs with WS-UsernameToken when a user is given.

    ``ahead`` moves the signature's time stamp, as a client with a wrong clock would.
    ``history`` keeps the XML.
    """
    file, binding = _FILES[name]
    session = Session()
    session.trust_env = False
    session.auth = auth
    token = None
    if user is not None:
        token = UsernameToken(user, password, use_digest=True, zulu_timestamp=True)
        if ahead:
            token.created = datetime.now(UTC) + ahead
    plugins: list[Plugin] = (
        [WsAddressingPlugin()] if name in ("events", "pullpoint", "subscription") else []
    )
    if history is not None:
        plugins.append(history)
    client = Client(
        _document(file),
        wsse=token,
        transport=Transport(session=session, operation_timeout=TIMEOUT_S),
        settings=_STRICT,
        plugins=plugins,
    )
    return client.create_service(binding, url)
