"""What a simulated camera's owner decides about RTSP: who comes in, and what goes wrong."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AuthResult:
    """Whether a request may pass; else the values of the WWW-Authenticate headers to answer."""

    ok: bool
    challenges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RtspBehaviour:
    """The faults of the stream in force now; it is asked again for every request and picture.

    `not_found`: DESCRIBE and SETUP answer 404; `only_at`: so they do but under this path.
    `silent`: PLAY is answered, no packet follows.
    `stall_after_s`: packets stop that long after PLAY, the connection stays. `low_fps`: a fifth of
    the frame rate. `slow_s`: wait before each reply. `hangs`: requests are read, never answered.
    """

    not_found: bool = False
    silent: bool = False
    stall_after_s: float | None = None
    low_fps: bool = False
    slow_s: float = 0.0
    hangs: bool = False
    only_at: str | None = None
