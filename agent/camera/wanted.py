"""One login that the doctor wants made; a frozen fact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from agent.camera.login_facts import Service
from agent.camera.port import LoginKind

WORTH_S: Final = 5.0
"""A skew of 5 s is enough for one camera to refuse (home-assistant/core #121952)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One login to be made."""

    service: Service
    kind: LoginKind
    own_time: bool = False  # sign a WS-UsernameToken by our clock, as a recorder does
    path: str = ""  # of the page or the stream; '' for ONVIF and for the stream's root
