"""What the name of a field says about its value; pure.

Names are folded to letters and digits, so that ``Serial-No``, ``serial_no`` and ``SerialNo`` are
one. Rather one field too many is masked than one too few: a recording is for paths and shapes.
"""

from __future__ import annotations

import enum
import re
from typing import Final


class Private(enum.Enum):
    """Why a value may not stand in a recording."""

    SECRET = "password, token or account"
    SUBSCRIBER = "IMEI, IMSI, ICCID or phone number"
    NETWORK = "name of a wireless network"
    PLACE = "place"
    CELL = "mobile cell"  # with the operator it is a place: public lists give it to some 100 m
    PERSON = "name that a person gave"
    SERIAL = "serial number"
    MAC = "MAC address"
    ADDRESS = "IP address"


PSEUDONYMS: Final = frozenset({Private.SERIAL, Private.MAC, Private.ADDRESS, Private.CELL})
"""Kinds that get another value of the same form, the same one everywhere in a recording."""

_NAMES: Final[tuple[tuple[Private, re.Pattern[str]], ...]] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            Private.SECRET,
            r"passw|passphrase|passcode|pwd|^pass$|secret|token|stok|cookie|nonce|credential"
            r"|authorization|authentication|^auth$|sessionid|sesinfo|^session$|^sid$"
            r"|(?:api|access|private|public|shared|wpa|wep|wifi|security|stream|aes)key|^key$"
            r"|psk|community|^pin\d?$|pincode|^puk\d?$|pukcode|^otp|user(?:name|id)?$|^usr|^login"
            r"|account|passhash|signature",
        ),
        (
            Private.SUBSCRIBER,
            r"imei|imsi|iccid|msisdn|meid|^esn$|^e?uicc|phone|ownnumber|subscriber|smsc|simid"
            r"|equipmentid|cimi|ccid|cgsn|cnum|mobilenumber",
        ),
        (Private.NETWORK, r"ssid|networkname|wifiname|apname"),
        (
            Private.PLACE,
            r"latitude|longitude|altitude|^lat$|^lo?ng?$|gps|geo|location|street|^city|postal|^zip",
        ),
        (Private.CELL, r"cellid|^cell$|^cid$|^n?e?ci$|enodeb|^enb|^tac$|^lac$|areacode$"),
        (
            Private.PERSON,
            r"alias|owner|e?mail|nickname|devicename|hostname|contact|^avatar|customname",
        ),
        (Private.MAC, r"mac$|macaddr|hwaddr|hwaddress|physaddr|etheraddr"),
        (
            Private.SERIAL,
            r"serial|^sn$|^ser$|devid|deviceid|hwid|hwdesc|oemid|uuid|udid|^uid$|cloudid|barcode"
            r"|p2pid|fingerprint|machineid",
        ),
        (Private.ADDRESS, r"^ip|ip$|ipv[46]|ipaddr|address$|gateway$|dns|^wan|^host$|netmask"),
    )
)


def what_is(name: str) -> Private | None:
    """What the values of a field of this name are; None when they may stand."""
    folded = re.sub(r"[^a-z0-9]", "", name.lower().removeprefix("x-"))
    for kind, pattern in _NAMES:
        if pattern.search(folded):
            return kind
    return None


_EMPTY: Final = re.compile(r"(?i)[-*_. ]{0,4}|n/?a|none|null|unknown|not available")
_ZERO: Final = re.compile(r"(?i)0+|true|false")


def says_nothing(text: str, kind: Private) -> bool:
    """Whether a value is a device's way to say that there is none: it stays, for profiles read it.

    "--" and "N/A" name nobody, and neither do zeros and flags, unless they are the password.
    """
    if _EMPTY.fullmatch(text.strip()):
        return True
    return kind is not Private.SECRET and _ZERO.fullmatch(text.strip()) is not None
