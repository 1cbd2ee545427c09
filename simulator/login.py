"""Who may come in: all kinds of login of one device, with its lock-out and its faults."""

from __future__ import annotations

import enum
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

    def challenge(self, *, soap: bool, stale: bool = False, with_qop: bool = True) -> Decision:
        """The answer to a request without a login."""
        kinds = self._digest_kinds(soap=soap)
        if not kinds:
            return Decision(answer=Answer.NOT_AUTHORIZED)
        return Decision(
            answer=Answer.CHALLENGE,
            challenges=self._digest.challenges(kinds, stale=stale, with_qop=with_qop),
        )

    def check_digest(
        self, header: str, *, method: str, uri: str, soap: bool, with_qop: bool = True
    ) -> Decision:
        """Check an Authorization header of HTTP or RTSP."""
        if self.locked:
            self._refuse(LoginKind.DIGEST_MD5, "locked", wrong=False)
            return self._locked(soap=soap, with_qop=with_qop)
        result, kind = self._digest.check(
            header,
            method=method,
            uri=uri,
            user=self._spec.user,
            password=self._password,
            kinds=self._digest_kinds(soap=soap),
        )
        if result is DigestResult.OK:
            return self._let_in(kind)
        self._refuse(kind, result.value, wrong=result is DigestResult.WRONG)
        if self.locked:
            return self._locked(soap=soap, with_qop=with_qop)
        stale = result is DigestResult.STALE and bool(read_parameters(header))
        return self.challenge(soap=soap, stale=stale, with_qop=with_qop)

    def check_wsse(self, token: etree._Element) -> Decision:
        """Check a UsernameToken; firmware without it answers with its Digest challenge."""
        if self.locked:
            self._refuse(LoginKind.WSSE, "locked", wrong=False)
            return Decision(answer=Answer.LOCKED)
        unknown = not self._spec.accepts(LoginKind.WSSE)
        if unknown or Fault.LOGIN_WSSE_REFUSED in self._faults:
            self._refuse(LoginKind.WSSE, "not supported", wrong=False)
            return self.challenge(soap=True)
        result = self._wsse.check(
            token, user=self._spec.user, password=self._password, device_now=self._device_now()
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
    def _password(self) -> str:
        changed = Fault.WRONG_PASSWORD in self._faults
        return f"{self._spec.password}-changed" if changed else self._spec.password

    def _digest_kinds(self, *, soap: bool) -> tuple[LoginKind, ...]:
        """SOAP follows the spec; streams and pictures always have at least MD5."""
        kinds = tuple(
            kind for kind in LoginKind if kind is not LoginKind.WSSE and self._spec.accepts(kind)
        )
        if kinds or (soap and Fault.LOGIN_WSSE_REFUSED not in self._faults):
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

    def _locked(self, *, soap: bool, with_qop: bool) -> Decision:
        challenges = self.challenge(soap=soap, with_qop=with_qop).challenges
        return Decision(answer=Answer.LOCKED, challenges=challenges)
