"""What names a SIM or a modem, or opens a door: removed from whatever is kept of an answer.

IMSI, ICCID, IMEI, MSISDN: GSMA TS.06 and ITU-T E.118 and E.212 give 14 to 20 digits. They are
found by the name beside them, in JSON, XML, key=value and AT answers, and an ICCID also by its
own form (89, then 17 or 18 digits).
"""

from __future__ import annotations

import re
from typing import Final

_MASK: Final = b"***"
_NAMED: Final = re.compile(
    rb"(?i)(\b\w{0,12}(?:imei|imsi|iccid|msisdn|phonenumber|own[-_]?number"
    rb"|equipment[-_]?identifier)\w{0,6}\b[\"'>:=\s(\[]{1,8})"
    rb"(\+?[\dA-F][\dA-F -]{4,28})"
)
_ICCID: Final = re.compile(rb"(?<!\d)89\d{17,18}(?!\d)")
_KEYS: Final = re.compile(
    rb"(?i)(\b(?:token|sesinfo|tokinfo|sessionid|passw(?:or)?d|pwd|usr|secret|access_?key)"
    rb"\b[\"']?\s*[:=>]\s*[\"']?)([^\"'<>&,\s{}\[\]]+)"
)

# Where the owner lives and how his network is called; cameras tell both beside their battery.
_PLACE: Final = re.compile(
    rb"(?i)([\"']?\b(?:[be]?ssid|latitude|longitude)\b[\"']?\s*[:=>]\s*[\"']?)([^\"'<>&,\s{}\[\]]+)"
)

# Some makers write the login into the stream's address: rtsp://h/user=admin_password=X_channel=1
# (Xiongmai, where X is a hash that logs in as well as the password does), ?user=admin&pwd=X.
_ADDRESS: Final = re.compile(
    rb"(?i)((?:passw(?:or)?d|pwd)=)[^&?/\s\"'<>]*?(?=_channel|_stream|[&?/\s\"'<>]|$)"
)
_USERINFO: Final = re.compile(rb"(?<=://)[^/@\s<>\"']*(?=@)")


def scrub(text: bytes) -> bytes:
    """The text without subscriber identities, places and logins in addresses; the names stay."""
    masked = _ADDRESS.sub(rb"\1" + _MASK, _NAMED.sub(rb"\1" + _MASK, text))
    return _PLACE.sub(rb"\1" + _MASK, _ICCID.sub(_MASK, masked))


def scrub_keys(text: bytes) -> bytes:
    """The text without tokens and passwords beside their names.

    For vendor interfaces: what ONVIF calls a token is the name of a profile and no secret.
    """
    return _KEYS.sub(rb"\1" + _MASK, text)


def scrub_address(address: str) -> str:
    """An address or its path, to be shown: without the login that some makers write into it."""
    masked = _ADDRESS.sub(rb"\1" + _MASK, address.encode())
    return _USERINFO.sub(_MASK, masked).decode("utf-8", "replace")
