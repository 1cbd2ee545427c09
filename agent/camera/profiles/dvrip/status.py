"""What the ``Ret`` number of a DVRIP reply means for whoever asked; pure.

Numbers from the maker's interface document; the list stands in alexshpilkin/dvrip too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.camera.port import CameraError, Cause

_FINE: Final = frozenset({100, 110, 111, 119, 150})
_WORDS: Final[Mapping[int, tuple[Cause, str]]] = {
    102: (Cause.VENDOR_UNSUPPORTED, "this firmware does not know the request"),
    103: (Cause.VENDOR_UNSUPPORTED, "this firmware does not allow the request"),
    104: (Cause.VENDOR_REFUSED, "the user is logged in already, and the device allows it once"),
    105: (Cause.VENDOR_REFUSED, "the device has forgotten the login"),
    106: (Cause.LOGIN_REFUSED, "the device refuses user and password"),
    107: (Cause.VENDOR_REFUSED, "the login works, but this user may not read that"),
    202: (Cause.VENDOR_REFUSED, "the device has forgotten the login"),
    203: (Cause.LOGIN_REFUSED, "the device refuses the password"),
    204: (Cause.LOGIN_REFUSED, "the device does not know this user"),
    205: (Cause.LOGIN_LOCKED, "the device has locked this account"),
    206: (Cause.LOGIN_LOCKED, "the device has put this user on its black list"),
    207: (Cause.VENDOR_REFUSED, "the user is logged in already, and the device allows it once"),
    211: (Cause.VENDOR_UNSUPPORTED, "the device has no such object"),
    502: (Cause.VENDOR_UNSUPPORTED, "this firmware does not know the command"),
    605: (Cause.VENDOR_UNSUPPORTED, "the device does not have this function"),
    607: (Cause.VENDOR_UNSUPPORTED, "the device does not have this configuration"),
}


WAKING: Final = 101
"""The unknown error, with which commands end while a camera is waking up."""


class RefusalError(CameraError):
    """The device answered with a number that says no."""

    def __init__(self, code: int, cause: Cause, detail: str, *, raw: bytes) -> None:
        super().__init__(cause, detail, raw=raw)
        self.code = code


def refusal(document: Mapping[str, object], *, raw: bytes) -> CameraError | None:
    """Why the device refused, or None when it did what was asked.

    A reply without a number is VENDOR_UNPARSABLE: nobody knows then whether it holds the truth.
    """
    code = document.get("Ret")
    if isinstance(code, bool) or not isinstance(code, int):
        return CameraError(Cause.VENDOR_UNPARSABLE, "the DVRIP reply has no Ret number", raw=raw)
    if code in _FINE:
        return None
    cause, words = _WORDS.get(code, (Cause.VENDOR_REFUSED, "the device reports an error"))
    return RefusalError(code, cause, f"{words} (DVRIP Ret {code})", raw=raw)
