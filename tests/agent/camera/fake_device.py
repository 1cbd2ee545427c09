"""A fake ONVIF device for tests: few operations, checked logins, every request counted."""

from __future__ import annotations

import base64
import hashlib
import re
import ssl
from collections import Counter
from datetime import UTC, datetime, timedelta

from tests.agent.camera.raw_server import Answer, RawServer, Seen, http

USER, PASSWORD = "admin", "s3cret-pass"
SERIAL = "SN-0042-ABCDEF"
_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><s:Envelope'
    ' xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl"'
    ' xmlns:tt="http://www.onvif.org/ver10/schema"><s:Body>{}</s:Body></s:Envelope>'
)
INFORMATION = (
    "<tds:GetDeviceInformationResponse><tds:Manufacturer>Camhi Example</tds:Manufacturer>"
    "<tds:Model>SC-4G-20</tds:Model><tds:FirmwareVersion>1.4.2</tds:FirmwareVersion>"
    f"<tds:SerialNumber>{SERIAL}</tds:SerialNumber><tds:HardwareId>HW-3</tds:HardwareId>"
    "</tds:GetDeviceInformationResponse>"
)


def envelope(body: str) -> str:
    """A SOAP envelope around a body."""
    return _ENVELOPE.format(body)


def fault(subcode: str, reason: str) -> str:
    """A SOAP 1.2 fault as devices send it."""
    return envelope(
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>"
        f"<s:Value>ter:{subcode}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en">{reason}</s:Text></s:Reason></s:Fault>'
    )


def clock_reply(now: datetime) -> str:
    """GetSystemDateAndTime."""
    return envelope(
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime>"
        "<tt:DateTimeType>NTP</tt:DateTimeType><tt:TimeZone><tt:TZ>CST-8</tt:TZ></tt:TimeZone>"
        f"<tt:UTCDateTime><tt:Time><tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute>"
        f"<tt:Second>{now.second}</tt:Second></tt:Time><tt:Date><tt:Year>{now.year}</tt:Year>"
        f"<tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day></tt:Date></tt:UTCDateTime>"
        "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
    )


class FakeDevice:
    """Answers on ``server``; ``kinds`` are the logins it accepts."""

    def __init__(
        self,
        *,
        kinds: tuple[str, ...] = ("wsse",),
        offered: tuple[str, ...] = (),
        password: str = PASSWORD,
        behind: timedelta = timedelta(0),
        tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self.kinds = kinds
        self.offered = offered  # WWW-Authenticate headers
        self.password = password
        self.behind = behind
        self.replies: dict[str, str] = {"GetDeviceInformation": envelope(INFORMATION)}
        self.raw: dict[str, bytes] = {}  # whole HTTP replies by operation
        self.pages: dict[str, bytes] = {}  # GET path to whole HTTP reply, behind the login
        self.operations: Counter[str] = Counter()
        self.logins: Counter[str] = Counter()
        self.server = RawServer(self._answer, tls=tls, host=host)

    async def _answer(self, seen: Seen) -> Answer:
        if seen.method == "GET":
            accepted = self._accepted(seen)
            return self.pages.get(seen.path, http("", status=404)) if accepted else self._no(seen)
        found = re.search(rb"Body><(?:\w+:)?(\w+)", seen.body)
        operation = found.group(1).decode() if found else ""
        self.operations[operation] += 1
        if operation == "GetSystemDateAndTime":
            return http(clock_reply(datetime.now(UTC) - self.behind))
        if not self._accepted(seen):
            return self._no(seen)
        if operation in self.raw:
            return self.raw[operation]
        reply = self.replies.get(operation)
        if reply is None:
            return http(fault("ActionNotSupported", "no such operation"), status=500)
        return http(reply)

    def _no(self, seen: Seen) -> bytes:
        if b"UsernameToken" in seen.body and not self.offered:
            return http(fault("NotAuthorized", "Sender not Authorized"), status=400)
        offers = tuple(f"WWW-Authenticate: {offer}" for offer in self.offered)
        return http("<html>401</html>", status=401, headers=offers)

    def _accepted(self, seen: Seen) -> bool:
        if not self.kinds:
            return True
        if "authorization" in seen.headers:
            return self._digest(seen)
        if b"UsernameToken" in seen.body:
            self.logins["wsse"] += 1
            return "wsse" in self.kinds and self._wsse(seen.body)
        return False

    def _wsse(self, body: bytes) -> bool:
        texts = {
            name: re.search(rf"<\w+:{name}(?: [^>]*)?>([^<]*)".encode(), body)
            for name in ("Username", "Password", "Nonce", "Created")
        }
        user, given, nonce, created = (m.group(1).decode() if m else "" for m in texts.values())
        signed = base64.b64decode(nonce) + created.encode() + self.password.encode()
        expected = base64.b64encode(hashlib.sha1(signed).digest()).decode()
        at = datetime.fromisoformat(created.replace("Z", "+00:00"))
        skew = abs(at - (datetime.now(UTC) - self.behind))
        return user == USER and given == expected and skew < timedelta(seconds=5)

    def _digest(self, seen: Seen) -> bool:
        """An implementation of its own, straight from the RFC's formulas."""
        parts = dict(re.findall(r'(\w+)="?([^",]*)"?', seen.headers["authorization"]))
        name = parts.get("algorithm", "MD5")
        kind = "digest-sha256" if name == "SHA-256" else "digest-md5"
        self.logins[kind] += 1
        hasher = hashlib.sha256 if name == "SHA-256" else hashlib.md5

        def h(text: str) -> str:
            return hasher(text.encode()).hexdigest()

        ha1 = h(f"{USER}:{parts['realm']}:{self.password}")
        ha2 = h(f"{seen.method}:{parts['uri']}")
        if "qop" in parts:
            middle = f"{parts['nonce']}:{parts['nc']}:{parts['cnonce']}:auth"
        else:
            middle = parts["nonce"]
        right = h(f"{ha1}:{middle}:{ha2}") == parts["response"]
        return right and kind in self.kinds and parts["uri"] == seen.path


MD5_OFFER = 'Digest realm="cam", nonce="n1", qop="auth", algorithm=MD5'
SHA_OFFER = 'Digest realm="cam", nonce="n2", qop="auth", algorithm=SHA-256, opaque="o"'
BASIC_OFFER = 'Basic realm="cam"'
