"""XML names of ONVIF and the envelope around every reply."""

from __future__ import annotations

from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

SOAP = "http://www.w3.org/2003/05/soap-envelope"
SCHEMA = "http://www.onvif.org/ver10/schema"
DEVICE = "http://www.onvif.org/ver10/device/wsdl"
MEDIA = "http://www.onvif.org/ver10/media/wsdl"
MEDIA2 = "http://www.onvif.org/ver20/media/wsdl"
IMAGING = "http://www.onvif.org/ver20/imaging/wsdl"
EVENTS = "http://www.onvif.org/ver10/events/wsdl"
WSNT = "http://docs.oasis-open.org/wsn/b-2"
ADDRESSING = "http://www.w3.org/2005/08/addressing"

PREFIXES = {
    "s": SOAP,
    "tt": SCHEMA,
    "tds": DEVICE,
    "trt": MEDIA,
    "tr2": MEDIA2,
    "timg": IMAGING,
    "tev": EVENTS,
    "wsnt": WSNT,
    "wsa5": ADDRESSING,
    "wstop": "http://docs.oasis-open.org/wsn/t-1",
    "tns1": "http://www.onvif.org/ver10/topics",
    "ter": "http://www.onvif.org/ver10/error",
}
_DECLARED = " ".join(f"xmlns:{prefix}={quoteattr(uri)}" for prefix, uri in PREFIXES.items())

PATHS = {
    DEVICE: "/onvif/device_service",
    MEDIA: "/onvif/media_service",
    MEDIA2: "/onvif/media2_service",
    IMAGING: "/onvif/imaging_service",
    EVENTS: "/onvif/event_service",
}


class SoapFault(Exception):
    """An operation answers with a fault; ``status`` is the HTTP status of the reply."""

    def __init__(self, subcodes: tuple[str, ...], reason: str, *, sender: bool = True) -> None:
        super().__init__(reason)
        self.subcodes = subcodes
        self.reason = reason
        self.sender = sender

    @property
    def status(self) -> int:
        """400 for the client's errors, 500 for the device's own."""
        return 400 if self.sender else 500


def wrap(body: str, *, header: str = "") -> bytes:
    """Put a body into an envelope that declares every prefix."""
    head = f"<s:Header>{header}</s:Header>" if header else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<s:Envelope {_DECLARED}>{head}'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def wrap_fault(fault: SoapFault) -> bytes:
    """A SOAP 1.2 fault with nested subcodes."""
    nested = ""
    for subcode in reversed(fault.subcodes):
        nested = f"<s:Subcode><s:Value>{escape(subcode)}</s:Value>{nested}</s:Subcode>"
    code = "s:Sender" if fault.sender else "s:Receiver"
    return wrap(
        f"<s:Fault><s:Code><s:Value>{code}</s:Value>{nested}</s:Code>"
        f'<s:Reason><s:Text xml:lang="en">{escape(fault.reason)}</s:Text></s:Reason></s:Fault>'
    )


def tag(name: str, value: object) -> str:
    """One element with text; numbers and booleans in their XML form."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, float):
        text = f"{value:g}"
    else:
        text = escape(str(value))
    return f"<{name}>{text}</{name}>"


def instant(at: datetime) -> str:
    """xs:dateTime in UTC with Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
