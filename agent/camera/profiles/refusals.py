"""A device's own error codes: what each means, and what it does to the logins of this pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from agent.camera.door import Door
from agent.camera.port import CameraError, Cause
from agent.camera.profiles.documents import Several, find
from agent.camera.profiles.profile import Format, Refusal

_CAUSES: Final[Mapping[Refusal, tuple[Cause, str]]] = {
    Refusal.BUSY: (Cause.VENDOR_REFUSED, "no session is free on the device"),
    Refusal.FORBIDDEN: (Cause.VENDOR_REFUSED, "this user may not ask that"),
    Refusal.UNSUPPORTED: (Cause.VENDOR_UNSUPPORTED, "this device has no such interface"),
    Refusal.FAILED: (Cause.VENDOR_REFUSED, "the device says that it failed"),
    Refusal.EXPIRED: (Cause.VENDOR_REFUSED, "the session has expired"),
}


class TokenExpiredError(CameraError):
    """The token is too old, not wrong: a new one may be fetched once."""


def check_answer(
    document: Any,
    form: Format,
    *,
    error_path: str,
    errors: Mapping[str, Refusal],
    door: Door,
    raw: bytes,
) -> None:
    """Raise CameraError when the answer carries an error code that the profile explains."""
    if not error_path or not errors:
        return
    found = find(document, form, error_path)
    if found is None or isinstance(found, Several):
        return
    code = str(int(found)) if isinstance(found, float) and found.is_integer() else str(found)
    meaning = errors.get(code)
    if meaning is not None:
        raise refusal(meaning, code, door=door, raw=raw)


def refusal(meaning: Refusal, code: str, *, door: Door, raw: bytes) -> CameraError:
    """The error of a code; a refused or locked login is noted, as if ONVIF had said it."""
    login = door.login
    if meaning is Refusal.LOCKED:
        login.note_vendor_refusal(Cause.LOGIN_LOCKED)
        return CameraError(
            Cause.LOGIN_LOCKED, f"the device has locked this account (code {code})", raw=raw
        )
    if meaning is Refusal.REFUSED:
        login.note_vendor_refusal(Cause.LOGIN_REFUSED)
        return CameraError(
            Cause.LOGIN_REFUSED,
            f"the vendor interface refuses user and password (code {code})",
            raw=raw,
        )
    cause, words = _CAUSES[meaning]
    made = TokenExpiredError if meaning is Refusal.EXPIRED else CameraError
    return made(cause, f"{words} (code {code})", raw=raw)
