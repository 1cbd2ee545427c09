"""The ways out that the configuration opens; what is secret shows in no text form."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from pathlib import Path

from collector.notify.wishes import Wishes
from collector.roles import Role

MAIL = "mail"  # the name of its channel; no webhook is called so
PARTNER = "partner:"  # begins the name of a partner's channel; no webhook can be called so
FACTORY = "factory:"  # the same, of one that decides our claims


class Security(enum.Enum):
    """How a mail server is spoken to."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"  # to this machine alone


class HookKind(enum.Enum):
    """Which words a webhook understands."""

    STANDARD = "standard"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    PARTNER = "partner"  # of [[partners]]: signed answers, or replies to its own


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """``[notify.mail]``."""

    host: str
    port: int
    security: Security
    username: str
    password: str = field(repr=False)
    sender: str
    ca: Path | None
    timeout_s: float
    pack_mib: float = 10.0  # a larger claim pack is linked; base64 makes a third more of it


@dataclass(frozen=True, slots=True, kw_only=True)
class HookSettings:
    """One of ``[[notify.webhook]]``. The URL is a secret: who has it can write there."""

    name: str
    kind: HookKind
    url: str = field(repr=False)
    host: str
    secrets: tuple[str, ...] = field(repr=False)
    ca: Path | None
    organisation_id: str
    person: str  # '' : a recipient of its own
    role: Role
    language: str
    wishes: Wishes
    timeout_s: float

    @property
    def is_program(self) -> bool:
        """A program reads it, not a group of people."""
        return self.kind in (HookKind.STANDARD, HookKind.PARTNER)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifySettings:
    """Every way out; without any nobody is told anything."""

    mail: MailSettings | None = None
    hooks: tuple[HookSettings, ...] = ()


NO_NOTIFICATIONS = NotifySettings()
