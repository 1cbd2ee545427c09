"""The transcript of one pass over a device: exchanges without secrets, and what they cost."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from agent.camera.port import CameraError, Cause, Ceiling, Costs, Credentials, Exchange
from agent.camera.scrub import scrub, scrub_keys

REPLY_CAP_BYTES = 16 * 1024
TRANSCRIPT_CAP_BYTES = 256 * 1024  # of all replies of a pass together; later ones stay empty
_MASK = b"***"
_SEAM_BYTES = 1024  # longer than any secret
_SECRETS = re.compile(
    rb'(?i)(?<=nonce=")[^"]*|(?<=response=")[^"]*'
    rb"|(?<=:Nonce>)[^<]*|(?<=:Password>)[^<]*|(?<=#PasswordDigest\">)[^<]*"
    rb"|(?<=://)[^/@\s<>\"']*(?=@)"
)


@dataclass(slots=True)
class Note:
    """What an exchange learns about itself while it runs."""

    reply: bytes = b""
    detail: str = ""


@dataclass(slots=True)
class Tally:
    """Counts what a pass costs, and lets nothing begin that would cost more than it may."""

    requests: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    login_attempts: int = 0
    writes: int = 0
    ceiling: Ceiling | None = None  # None: without limit

    def begin_request(self, size: int) -> None:
        """Count a request of so many bytes; CameraError BUDGET when it may not leave any more."""
        ceiling = self.ceiling
        if ceiling and self.requests >= ceiling.requests:
            raise _spent("requests")
        if ceiling and self.bytes_sent + self.bytes_received + size > ceiling.bytes:
            raise _spent("bytes")
        self.requests += 1
        self.bytes_sent += size

    def begin_login(self) -> None:
        """Count a login attempt; CameraError BUDGET when there may be no further one."""
        if self.ceiling and self.login_attempts >= self.ceiling.logins:
            raise _spent("logins")
        self.login_attempts += 1

    def begin_receiving(self, size: int) -> None:
        """CameraError BUDGET when so many bytes may not come any more."""
        if self.room(size) < size:
            raise _spent("bytes")

    def room(self, wanted: int) -> int:
        """How much of ``wanted`` may still be received; CameraError BUDGET when nothing may."""
        if self.ceiling is None:
            return wanted
        left = self.ceiling.bytes - self.bytes_sent - self.bytes_received
        if left <= 0:
            raise _spent("bytes")
        return min(wanted, left)

    def costs(self) -> Costs:
        """The counts so far."""
        return Costs(
            requests=self.requests,
            bytes_sent=self.bytes_sent,
            bytes_received=self.bytes_received,
            login_attempts=self.login_attempts,
            writes=self.writes,
        )


ALL_WAKE = "the day's wake-ups are spent, and there is nothing to ask that leaves it asleep"
"""Why nothing is read of a sleeping camera."""
MIDWAY = "the day's budget of {} is spent: stopped in the middle"
"""Why a probe was cut off; says which resource."""


def _spent(what: str) -> CameraError:
    return CameraError(Cause.BUDGET, MIDWAY.format(what))


class Transcript:
    """Collects exchanges; every reply passes the mask and the caps before it is kept."""

    def __init__(self, *, clock: Callable[[], datetime], credentials: Credentials | None) -> None:
        self._clock = clock
        self._hidden: list[bytes] = []
        if credentials:
            self.hide(credentials.password)
        self._exchanges: list[Exchange] = []
        self._kept_bytes = 0
        self.tally = Tally()

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Everything recorded, oldest first."""
        return tuple(self._exchanges)

    def hide(self, secret: str) -> None:
        """Mask this text from now on, as it is and as an address carries it; a token, a cookie."""
        for form in (secret.encode(), quote(secret, safe="").encode()):
            if form and form not in self._hidden:
                self._hidden.append(form)

    def masked(self, text: str) -> str:
        """The text as the transcript would keep it; a hostile device may tell our own secrets."""
        return self._masked(text.encode()).decode("utf-8", "replace")

    @contextmanager
    def record(self, *, kind: str, request: str) -> Iterator[Note]:
        """Record one exchange, whatever becomes of it; a CameraError passes through, masked."""
        note, at, started = Note(), self._clock(), time.monotonic()
        outcome = "aborted"  # cancelled from outside, e.g. by the deadline of the pass
        try:
            yield note
            outcome = "ok"
        except CameraError as error:
            outcome = error.cause.value
            error.raw = self._kept(error.raw, REPLY_CAP_BYTES, kind)
            error.detail = self._masked(error.detail.encode()).decode("utf-8", "replace")
            error.args = (f"{outcome}: {error.detail}",)
            note.reply = note.reply or error.raw
            note.detail = f"{note.detail}; {error.detail}" if note.detail else error.detail
            raise
        finally:
            room = max(0, min(REPLY_CAP_BYTES, TRANSCRIPT_CAP_BYTES - self._kept_bytes))
            reply = self._kept(note.reply, room, kind)
            self._kept_bytes += len(reply)
            self._exchanges.append(
                Exchange(
                    at=at,
                    kind=kind,
                    request=request,
                    outcome=outcome,
                    detail=self._masked(note.detail.encode()).decode("utf-8", "replace"),
                    reply=reply,
                    seconds=time.monotonic() - started,
                )
            )

    def _kept(self, reply: bytes, room: int, kind: str) -> bytes:
        """So much of a reply as there is room for; a cut through a secret would leave half of it,
        so that the end is masked with what follows and then left out.
        """
        masked = self._masked(reply[: room + _SEAM_BYTES])
        if kind == "vendor":
            masked = scrub_keys(masked)
        return masked if len(reply) <= room else masked[:room][:-_SEAM_BYTES]

    def _masked(self, text: bytes) -> bytes:
        """Remove what could help somebody log in; a hostile device may echo our request."""
        masked = scrub(_SECRETS.sub(_MASK, text))
        for secret in self._hidden:
            masked = masked.replace(secret, _MASK)
        return masked
