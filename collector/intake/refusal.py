"""Why a payload was not accepted."""

from __future__ import annotations


class Refusal(Exception):
    """Not accepted: ``reason`` is a stable id, ``detail`` is for people.

    ``forget_sha256`` names an evidence file whose pieces turned out to be something else.
    """

    def __init__(self, reason: str, detail: str = "", *, forget_sha256: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.forget_sha256 = forget_sha256
