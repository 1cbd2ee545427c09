"""Serials and addresses that ship in whole lots: they are never the identity of one device.

Each entry says where it was seen, so that the list can be judged and added to. A serial that is
only zeros, one repeated sign or counting digits, or that is the model's own name, needs no entry:
``shared.device.is_placeholder`` knows those by their form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

# Serials, without signs and in small letters; what the device's ONVIF answer held.
SERIALS: Final[Mapping[str, str]] = {
    "unknown": "a word for nothing",
    "none": "a word for nothing",
    "null": "a word for nothing",
    "default": "a word for nothing",
    "n/a": "a word for nothing",
    "na": "a word for nothing",
    "test": "a word for nothing",
    "sn": "the field's own name",
    "serial": "the field's own name",
    "serialnumber": "the field's own name: github.com/home-assistant/core/pull/38864",
    "ipcamera": "a kind of device, as model and serial of unbranded cameras",
    "ipcam": "a kind of device, as model and serial of unbranded cameras",
    "networkcamera": "a kind of device, as model and serial of unbranded cameras",
    "onvif": "the protocol's name, as serial of unbranded cameras",
    "abcdef": "a sample",
    "abcd1234": "a sample",
    "123456789abcdef": "a sample, counting in hexadecimal",
    "0123456789abcdef": "a sample, counting in hexadecimal",
}

# MAC addresses as samples and boot loaders give them to every board.
MACS: Final[Mapping[str, str]] = {
    "00:00:23:34:45:66": "HiSilicon's U-Boot: github.com/OpenIPC/firmware/pull/2408",
    "00:90:4c:c5:12:38": "Broadcom's template NVRAM: brcmfmac takes it for no address",
    "00:12:34:56:78:9a": "seen on several cameras: github.com/home-assistant/core/issues/59218",
    "00:12:34:56:78:90": "a sample, counting",
    "12:34:56:78:9a:bc": "a sample, counting",
    "01:23:45:67:89:ab": "a sample, counting",
    "00:11:22:33:44:55": "a sample, counting",
    "11:22:33:44:55:66": "a sample, counting",
    "00:00:11:22:33:44": "a sample of U-Boot environments",
    "aa:bb:cc:dd:ee:ff": "a sample",
    "02:00:00:00:00:00": "what Android says instead of its address",
    "00:e0:4c:00:00:00": "Realtek's block without a number",
    "de:ad:be:ef:00:00": "a sample",
    "de:ad:be:ef:de:ad": "a sample",
}

# HiSilicon's default with the last byte counted up by an installer's script: still no identity.
MAC_FAMILIES: Final = (re.compile(r"^00:00:23:34:45:[0-9a-f]{2}$"),)


def is_default_mac(value: str) -> bool:
    """True for an address, written with colons in small letters, that whole lots carry."""
    return value in MACS or any(family.match(value) for family in MAC_FAMILIES)
