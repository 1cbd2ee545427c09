"""What the login doctor asks of a camera's login; a test puts its own in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from agent.camera.knocked import Knocked
    from agent.camera.login_facts import Attempt, Service
    from agent.camera.login_trace import Trace
    from agent.camera.password_traits import PasswordTraits
    from agent.camera.port import LoginKind
    from agent.camera.wanted import Try


class Desk(Protocol):
    """Logging in to one device, one attempt at a time."""

    @property
    def trace(self) -> Trace:
        """What this pass saw of logging in."""

    @property
    def skew_s(self) -> float | None:
        """The device's clock minus ours."""

    @property
    def password(self) -> PasswordTraits | None:
        """Traits of the configured password."""

    async def knock(self, *, anew: bool = False) -> Knocked:
        """Ask everything that needs no credentials; or the last answer, when it is young."""

    async def attempt(self, wanted: Try) -> Attempt | None:
        """Make one login; CameraError below it, None when it is not offered."""

    async def try_own_time(self) -> None:
        """Learn whether a login signed in our time is refused, when the clocks differ anew."""

    def recall_confused(self) -> None:
        """Put into the trace which algorithm earlier passes saw refuse the right password."""

    def note_confused(self, service: Service, kind: LoginKind) -> None:
        """Choose another algorithm there for a day."""

    async def stream_paths(self) -> tuple[str, ...]:
        """Where the firmware profile has seen streams; empty when none fits."""
