"""Why a time-series server did not take lines."""

from __future__ import annotations

import enum


class Cause(enum.Enum):
    """Each has its texts in both languages (``sink_why.*``, ``sink_do.*``)."""

    UNREACHABLE = "unreachable"
    TLS = "tls"
    REFUSED = "refused"  # the token, or what it may do
    NO_BUCKET = "no_bucket"
    BUSY = "busy"
    BAD_LINES = "bad_lines"  # some of them: the others are stored
    TOO_LARGE = "too_large"
    SERVER = "server"


class SinkError(Exception):
    """Lines were not taken; ``detail`` is the server's or the library's own word."""

    def __init__(self, cause: Cause, detail: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(f"{cause.value}: {detail}")
        self.cause = cause
        self.detail = detail
        self.retry_after_s = retry_after_s
