"""What a SOAP fault means: login, unsupported, or a fault of the operation."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from agent.camera.onvif.parse import all_text, child, local_name
from agent.camera.port import CameraError, Cause

_LOGIN_CODES = frozenset(
    {"NotAuthorized", "SenderNotAuthorized", "FailedAuthentication", "InvalidSecurity",
     "InvalidSecurityToken", "FailedCheck", "SecurityTokenUnavailable"}
)  # fmt: skip
_UNSUPPORTED_CODES = frozenset(
    {"ActionNotSupported", "OptionalActionNotImplemented", "NoImagingForSource",
     "NoSuchService", "ActionNotImplemented"}
)  # fmt: skip
_LOGIN_TEXT = re.compile(r"(?i)not authori[sz]ed|authority failure|authentication fail|unauthori")
_UNSUPPORTED_TEXT = re.compile(
    r"(?i)not implemented|not supported|unsupported|name or namespace not recognized"
)
_SHOWN_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A SOAP fault of either version."""

    codes: tuple[str, ...]  # local names of code and subcodes
    reason: str

    @property
    def about_login(self) -> bool:
        """Whether the device refused the login (or this user) rather than the operation."""
        return any(code in _LOGIN_CODES for code in self.codes) or (
            bool(_LOGIN_TEXT.search(self.reason)) and not self.unsupported
        )

    @property
    def unsupported(self) -> bool:
        """Whether the device says that it has no such operation."""
        if any(code in _UNSUPPORTED_CODES for code in self.codes):
            return True
        login = any(code in _LOGIN_CODES for code in self.codes)
        return not login and bool(_UNSUPPORTED_TEXT.search(self.reason))

    def as_error(self, raw: bytes) -> CameraError:
        """The error for a fault that is not about login."""
        cause = Cause.ONVIF_UNSUPPORTED if self.unsupported else Cause.ONVIF_FAULT
        said = self.reason or " ".join(self.codes) or "no reason given"
        return CameraError(cause, f"the device answers with a fault: {said}", raw=raw)


def read_fault(body: etree._Element) -> Fault | None:
    """Read the fault of a SOAP body; None when there is none."""
    fault = child(body, "Fault")
    if fault is None:
        return None
    codes = []
    for element in fault.iter():
        if local_name(element) in ("Value", "faultcode"):
            codes.append((element.text or "").strip().rpartition(":")[2][:_SHOWN_CHARS])
    reasons = [child(fault, "Reason", "Text"), child(fault, "faultstring"), child(fault, "Detail")]
    said = [all_text(r).strip() for r in reasons if r is not None]
    clean = "; ".join(" ".join(s.split()) for s in said if s)
    return Fault(codes=tuple(codes[:8]), reason=clean[:_SHOWN_CHARS])
