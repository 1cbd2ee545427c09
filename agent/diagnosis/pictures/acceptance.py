"""What a camera looked like on the day it was accepted; kept apart from the rolling baseline."""

from __future__ import annotations

import msgspec

from agent.camera.light import Light
from shared.device import Alias, is_exchanged
from shared.moment import Moment


class Acceptance(msgspec.Struct, frozen=True, array_like=True):
    """The reference that later disputes need; stored, so fields are only appended.

    It is never learnt and never moves: only a person puts another one in its place, with a reason.
    It belongs to the device that was accepted, not to the position: it outlives an exchange.
    """

    light: Light
    taken_at: Moment
    figures: dict[str, float]  # good ones, without "picture."
    jpeg: bytes  # the picture, small enough to be evidence
    reference: bytes = b""  # the decoder's own blob of it; nobody else looks into it
    reason: str = ""  # why an earlier acceptance was replaced; '' for the first one
    passed: bool = True  # False: accepted although a check found something
    aliases: tuple[Alias, ...] = ()  # what the device called itself; empty: not known then

    def is_of(self, named: tuple[Alias, ...]) -> bool:
        """Whether a device that gives itself these names may be the accepted one."""
        return not is_exchanged(self.aliases, named)
