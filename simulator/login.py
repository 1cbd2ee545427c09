"""Who may come in: all kinds of login of one device, with its lock-out and its faults."""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from simulator.counters import Requests
from simulator.digest import DigestDoor, DigestResult, read_parameters
from simulator.fault_set import FaultSet
from simulator.faults import Fault
from simulator.spec import CameraSpec, LoginKind
from simulator.wsse import WsseDoor, WsseResult

WRONG_ATTEMPTS = 5
LOCK = timedelta(seconds=60)
WRONG_WITHIN = timedelta(seconds=20)  # ten minutes, shortened like the half hour of the lock
LOCK_TEXT = "User account locked: too many failed logins, try again later"
LOCKED_OUT_S = 1800  # what the fault locked_out says is left; Dahua locks for as long
_SPECIAL = re.compile(r"[^A-Za-z0-9._~-]")  # what a URL may not hold as it is


class Side(enum.Enum):
    """Which of the device's servers asks for the login."""

    SOAP = "soap"
    HTTP = "http"
    RTSP = "rtsp"


class Answer(enum.Enum):
    """What the caller must answer."""

    OK = "ok"
    CHALLENGE = "challenge"  # 401 with challenges
    NOT_AUTHORIZED = "not authorized"  # SOAP fault
    LOCKED = "locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer, and the challenges to send with it."""

    answer: Answer
    challenges: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the request may go on."""
        return self.answer is Answer.OK


class LoginDoor:
    """Checks logins, counts them, and locks after WRONG_ATTEMPTS wrong ones in WRONG_WITHIN.

    The lock lasts for LOCK.

    ``clock`` is the world's time (lock-out); ``device_now`` the camera's own (WS-UsernameToken).
    """

    def __init__(
        self,
        spec: CameraSpec,
        faults: FaultSet,
        requests: Requests,
        *,
        clock: Callable[[], datetime],
        device_now: Callable[[], datetime],
    ) -> None:
        self._spec = spec
        self._faults = faults
        self._requests = requests
        self._clock = clock
        self._device_now = device_now
        self._digest = DigestDoor()
        self._wsse = WsseDoor()
        self._wrong: list[datetime] = []
        self._locked_until: datetime | None = None

    def challenge(self, side: Side, *, stale: bool = False) -> Decision:
        """The answer to a request without a login."""
        kinds = self._digest_kinds(side)
        if not kinds:
            return Decision(answer=Answer.NOT_AUTHORIZED)
        return Decision(
            answer=Answer.CHALLENGE,
            challenges=self._digest.challenges(
                kinds,
                stale=stale,
                with_qop=side is not Side.RTSP,
                named=Fault.LOGIN_NO_ALGORITHM not in self._faults,
            ),
        )

    def check_digest(self, header: str, *, method: str, uri: str, side: Side) -> Decision:
        """Check an Authorization header of HTTP or RTSP."""
        if self.locked:
            self._refuse(LoginKind.DIGEST_MD5, "locked", wrong=False)
            return self._locked(side)
        result, kind = self._digest.check(
            header,
            method=method,
            uri=uri,
            user=self._spec.user,
            password=self._password_at(side),
            kinds=self._digest_kinds(side),
        )
        if kind is LoginKind.DIGEST_SHA256 and Fault.LOGIN_DIGEST_CONFUSED in self._faults:
            result = DigestResult.WRONG  # it compares with what MD5 would give
        if result is DigestResult.OK:
            return self._let_in(kind)
        self._refuse(kind, result.value, wrong=result is DigestResult.WRONG)
        if self.locked:
            return self._locked(side)
        stale = result is DigestResult.STALE and bool(read_parameters(header))
        return self.challenge(side, stale=stale)

    def check_wsse(self, token: etree._Element) -> Decision:
        """Check a UsernameToken; firmware without it answers with its Digest challenge."""
        if self.locked:
            self._refuse(LoginKind.WSSE, "locked", wrong=False)
            return Decision(answer=Answer.LOCKED)
        unknown = not self._spec.accepts(LoginKind.WSSE)
        if unknown or Fault.LOGIN_WSSE_REFUSED in self._faults:
            self._refuse(LoginKind.WSSE, "not supported", wrong=False)
            return self.challenge(Side.SOAP)
        result = self._wsse.check(
            token,
            user=self._spec.user,
            password=self._password_at(Side.SOAP),
            device_now=self._device_now(),
        )
        if result is WsseResult.OK:
            return self._let_in(LoginKind.WSSE)
        self._refuse(LoginKind.WSSE, result.value, wrong=result is WsseResult.WRONG)
        return Decision(answer=Answer.LOCKED if self.locked else Answer.NOT_AUTHORIZED)

    @property
    def locked(self) -> bool:
        """Whether no login is accepted now, right or wrong."""
        if Fault.LOCKED_OUT in self._faults:
            return True
        return self._locked_until is not None and self._clock() < self._locked_until

    @property
    def lock_left_s(self) -> int:
        """Seconds until the lock ends, 0 when nothing is locked."""
        if Fault.LOCKED_OUT in self._faults:
            return LOCKED_OUT_S
        if self._locked_until is None or not self.locked:
            return 0
        return math.ceil((self._locked_until - self._clock()).total_seconds())

    @property
    def lock_text(self) -> str:
        """What the device says to whom it has locked out."""
        return f"{LOCK_TEXT} ({self.lock_left_s} seconds left)"

    def _password_at(self, side: Side) -> str:
        """The password as this server knows it."""
        password = self._spec.password
        if Fault.WRONG_PASSWORD in self._faults:
            return f"{password}-changed"
        if side is Side.SOAP and Fault.ONVIF_ACCOUNT in self._faults:
            return f"{password}-of-onvif"
        if side is Side.RTSP and Fault.PASSWORD_CHARACTERS in self._faults:
            return _SPECIAL.split(password)[0]
        return password

    def _digest_kinds(self, side: Side) -> tuple[LoginKind, ...]:
        """SOAP follows the spec; streams and pictures always have at least MD5."""
        if Fault.LOGIN_SHA256_ONLY in self._faults:
            return (LoginKind.DIGEST_SHA256,)
        if Fault.LOGIN_DIGEST_CONFUSED in self._faults:
            return (LoginKind.DIGEST_SHA256, LoginKind.DIGEST_MD5)
        if Fault.LOGIN_NO_ALGORITHM in self._faults:
            return (LoginKind.DIGEST_MD5,)
        kinds = tuple(
            kind for kind in LoginKind if kind is not LoginKind.WSSE and self._spec.accepts(kind)
        )
        if kinds or (side is Side.SOAP and Fault.LOGIN_WSSE_REFUSED not in self._faults):
            return kinds
        return (LoginKind.DIGEST_MD5,)

    def _let_in(self, kind: LoginKind) -> Decision:
        self._wrong.clear()
        self._requests.logins_ok[kind.value] += 1
        return Decision(answer=Answer.OK)

    def _refuse(self, kind: LoginKind, why: str, *, wrong: bool) -> None:
        self._requests.logins_refused[kind.value] += 1
        self._requests.note(self._device_now(), f"login refused ({kind.value}): {why}")
        if not wrong:
            return
        now = self._clock()
        self._wrong = [at for at in self._wrong if now - at < WRONG_WITHIN] + [now]
        if len(self._wrong) >= WRONG_ATTEMPTS:
            self._wrong.clear()
            self._locked_until = now + LOCK
            self._requests.note(self._device_now(), LOCK_TEXT)

    def _locked(self, side: Side) -> Decision:
        return Decision(answer=Answer.LOCKED, challenges=self.challenge(side).challenges)
