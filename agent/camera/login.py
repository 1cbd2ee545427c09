"""Login state of one device in one pass: two refusals end its logins, a lock-out at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.camera.cnonce import new_cnonce
from agent.camera.digest import Challenge, answer, read_challenges, read_schemes
from agent.camera.lock import read_lock
from agent.camera.login_facts import Service
from agent.camera.login_trace import Trace
from agent.camera.port import CameraError, Cause, Credentials, LoginKind
from agent.camera.transcript import Tally

MAX_REFUSALS = 2
"""One of each family, WS-UsernameToken and Digest: cameras lock accounts from three on."""
_MAX_PATHS = 32


@dataclass(slots=True)
class _Nonce:
    challenge: Challenge
    cnonce: str
    count: int = 0


@dataclass(slots=True)
class LoginState:
    """What this pass has learnt about logging in to the device."""

    credentials: Credentials | None
    tally: Tally
    # What SOAP calls log in with, from an earlier pass at first. Snapshots and RTSP know only
    # Digest: that it works there says nothing about SOAP.
    soap: LoginKind = LoginKind.NONE
    refused_before: set[LoginKind] = field(default_factory=set)  # in the pass before this one
    worked: list[LoginKind] = field(default_factory=list)
    refused: list[LoginKind] = field(default_factory=list)
    # Refusals, since a login last worked, of kinds that had worked in this pass: the password was
    # changed meanwhile, or this user may not do that one thing.
    doubts: int = 0
    vendor_refusals: int = 0  # by a vendor's own login: they lock the same account
    vendor_worked: bool = False
    locked: bool = False
    soap_shut: bool = False  # SOAP refused every kind: not asked again in this pass
    # Paths where a nonce serves once although the device does not call it stale; kept for later
    # passes, so that such firmware costs one refusal and not one a request.
    single_use: set[str] = field(default_factory=set)
    # Algorithms that a service offers and refuses: another one is chosen there, if there is one.
    confused: frozenset[tuple[Service, LoginKind]] = frozenset()
    trace: Trace = field(default_factory=Trace)
    _nonces: dict[str, _Nonce] = field(default_factory=dict)  # by path: some firmware binds them

    @property
    def last_worked(self) -> LoginKind:
        """The kind that SOAP logs in with; else the one that worked last."""
        if self.soap is not LoginKind.NONE or not self.worked:
            return self.soap
        return self.worked[-1]

    @property
    def shut(self) -> bool:
        """True when nothing may log in any more in this pass."""
        refusals = len(self.refused) + self.doubts + self.vendor_refusals
        return self.locked or refusals >= MAX_REFUSALS

    @property
    def refused_by_digest(self) -> bool:
        """True when this pass has seen one kind of Digest refused."""
        return any(kind not in (LoginKind.NONE, LoginKind.WSSE) for kind in self.refused)

    def require_credentials(self) -> Credentials:
        """The credentials; CameraError when there are none, or when asking again could lock."""
        if self.credentials is None:
            raise CameraError(
                Cause.LOGIN_NO_CREDENTIALS, "the device wants a login and none is configured"
            )
        if self.locked:
            raise CameraError(Cause.LOGIN_LOCKED, "the device has locked this account")
        if self.shut:
            raise self.all_refused()
        return self.credentials

    def note_worked(self, kind: LoginKind) -> None:
        """Remember that this kind was accepted; the latest is last."""
        self.refused_before.clear()
        self.doubts = 0
        if kind in self.worked:
            self.worked.remove(kind)
        self.worked.append(kind)

    def note_refused(self, kind: LoginKind) -> None:
        """Remember a refusal.

        A kind that worked in this pass before keeps its good name, but its refusal is an attempt
        that counts: if the next login is refused too, this pass makes no further one.
        """
        if kind in self.worked:
            self.doubts += 1
            self.tally.login_attempts += 1
        elif kind not in self.refused:
            self.refused.append(kind)

    def count_attempt(self, kind: LoginKind) -> None:
        """Count a login whose outcome is open: these are what locks accounts.

        One of a kind that worked is counted when it is refused (``note_refused``).
        """
        if kind not in self.worked:
            self.tally.begin_login()

    def take_back_attempt(self, kind: LoginKind) -> None:
        """The login that was counted never left: it locks no account."""
        if kind not in self.worked:
            self.tally.login_attempts -= 1

    def count_vendor_attempt(self) -> None:
        """Count a login by a vendor's own protocol or token, whose outcome is open."""
        if not self.vendor_worked:
            self.tally.begin_login()

    def take_back_vendor_attempt(self) -> None:
        """The login that was counted never left."""
        if not self.vendor_worked:
            self.tally.login_attempts -= 1

    def note_vendor_worked(self) -> None:
        """Further logins of this pass with the same password lock nothing."""
        self.vendor_worked = True

    def note_vendor_refusal(self, cause: Cause) -> None:
        """Remember why a vendor's login was not accepted; other causes say nothing about it."""
        if cause is Cause.LOGIN_LOCKED:
            self.locked = True
        elif cause is Cause.LOGIN_REFUSED:
            self.vendor_refusals += 1

    def check_lock(self, *, status: int, text: str, retry_after: str = "") -> None:
        """Raise LOGIN_LOCKED when a refusal says that the account is locked."""
        lock = read_lock(status=status, text=text, retry_after=retry_after)
        if lock is not None:
            self.locked, self.trace.lock = True, lock
            left = "" if lock.left_s is None else f" for {lock.left_s} s more"
            raise CameraError(Cause.LOGIN_LOCKED, f"the device has locked this account{left}")

    def all_refused(self) -> CameraError:
        """The error for a device that refused every kind it may be offered."""
        refused = self.refused or (self.worked if self.doubts else [])
        tried = [kind.value for kind in refused]
        tried += ["the vendor's own"] if self.vendor_refusals else []
        names = ", ".join(tried) or "none could be tried"
        self.refused_before.update(self.refused)
        return CameraError(
            Cause.LOGIN_REFUSED, f"the device refuses user and password (tried: {names})"
        )

    def choose(self, headers: tuple[str, ...], service: Service) -> Challenge:
        """Pick the strongest challenge; CameraError when there is none, or one was refused.

        One kind of Digest a pass: each try counts towards a lock-out. A kind that an earlier pass
        saw refused comes last, so that firmware which offers two and knows one is let in the
        next time.
        """
        challenges = read_challenges(headers)
        if not challenges:
            if self.refused and not read_schemes(headers):
                raise self.all_refused()
            offered = ", ".join(sorted({name for name, _ in read_schemes(headers)})) or "nothing"
            raise CameraError(
                Cause.LOGIN_METHOD,
                f"the device offers no login that we may use (it offers: {offered[:60]})",
            )
        for challenge in challenges:
            if challenge.kind in self.worked:
                return challenge
        if self.refused_by_digest:
            raise self.all_refused()
        doubted = self.refused_before | {kind for at, kind in self.confused if at is service}
        return min(challenges, key=lambda challenge: challenge.kind in doubted)

    def authorize(self, path: str, *, method: str, uri: str) -> tuple[LoginKind, str] | None:
        """Authorization for a request under ``path``; None when no challenge is known there."""
        nonce = self._nonces.get(path)
        if nonce is None or self.credentials is None or self.shut:
            return None
        if nonce.count and path in self.single_use:
            self.drop_nonce(path)
            return None
        nonce.count += 1
        header = answer(
            nonce.challenge,
            self.credentials,
            method=method,
            uri=uri,
            cnonce=nonce.cnonce,
            nonce_count=nonce.count,
        )
        return nonce.challenge.kind, header

    def may_renew(self, path: str, kind: LoginKind, *, headers: tuple[str, ...]) -> bool:
        """Whether this refusal only says that a nonce used before is too old.

        The device must say so (stale=true): without that word the password may have changed, and
        trying again would be one more wrong login.
        """
        nonce = self._nonces.get(path)
        if nonce is None or nonce.count < 2:  # given a moment ago: cannot be old
            return False
        if any(one.stale for one in read_challenges(headers) if one.kind is kind):
            return True
        if len(self.single_use) < _MAX_PATHS:
            self.single_use.add(path)
        return False

    def take_nonce(self, path: str, challenge: Challenge) -> None:
        """Use this challenge for the next requests under ``path``."""
        self._nonces[path] = _Nonce(challenge=challenge, cnonce=new_cnonce())

    def drop_nonce(self, path: str) -> None:
        """Forget the challenge of this path."""
        self._nonces.pop(path, None)
