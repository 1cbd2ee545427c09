"""``[notify.mail]`` and ``[[notify.webhook]]`` of the collector's configuration."""

from __future__ import annotations

import ssl
from email.utils import parseaddr
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from collector.claims.toml_reader import TomlReader
from collector.notify.claim_step import NAMES
from collector.notify.topics import FOR_PROGRAMS, TOLD_BY_ENTRIES, Delivery, Topic, usual
from collector.notify.wishes import EVERY_SITE, Wishes
from collector.outlets import dingtalk, wecom
from collector.outlets.address import is_address
from collector.outlets.settings import (
    FACTORY,
    MAIL,
    PARTNER,
    HookKind,
    HookSettings,
    MailSettings,
    NotifySettings,
    Security,
)
from collector.outlets.webhook import BadSecretError, read_key
from collector.pack.answer import NAMES as TOLD
from collector.roles import Role
from collector.settings import PartnerEntry
from shared.topics import AGENT_ID

LANGUAGES: Final = {"en", "zh"}
_HERE: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_HOSTS: Final = {HookKind.WECOM: wecom.HOST, HookKind.DINGTALK: dingtalk.HOST}
_ROBOT_CAP: Final = 50
_OF_BUYERS: Final = frozenset(
    {
        "path_accepted", "path_countered", "ship_to_confirmed", "in_review", "withdrawn",
        "resolved", "resolving", "partner_answered",
    }
)  # fmt: skip
"""Names of entries that may tell a word of a buyer (``pack.reply.SAYS``)."""


def read_notify(table: TomlReader, base: Path, *, organisations: list[str]) -> NotifySettings:
    """Read it; what is wrong is noted in ``table``. Paths are relative to ``base``."""
    mail = table.table("mail") if table.has("mail") else None
    hooks: list[HookSettings] = []
    for one in table.tables("webhook"):
        hooks.append(_hook(one, base, organisations, {known.name for known in hooks}))
    return NotifySettings(mail=_mail(mail, base) if mail else None, hooks=tuple(hooks))


def answer_route(partner: PartnerEntry) -> HookSettings:
    """The way by which a partner is told what became of its claims: each step of the factory, what
    it does beside them, and nothing else."""
    return _route(
        partner,
        name=f"{PARTNER}{partner.name}",
        base=partner.answers_to,
        path="/api/v1/answers",
        entries=TOLD,
    )


def reply_route(partner: PartnerEntry) -> HookSettings:
    """The way by which a factory is told what the buyer says to its decisions. Which entries are a
    buyer's word is known by their role (``tell_partners``)."""
    return _route(
        partner,
        name=f"{FACTORY}{partner.name}",
        base=partner.replies_to,
        path="/api/v1/replies",
        entries=_OF_BUYERS,
    )


def _route(
    partner: PartnerEntry, *, name: str, base: str, path: str, entries: frozenset[str]
) -> HookSettings:
    rules = {
        (EVERY_SITE, topic): Delivery.NOW if topic is Topic.CLAIM_EVENT else Delivery.NEVER
        for topic in Topic
    }
    return HookSettings(
        name=name,
        kind=HookKind.PARTNER,
        url=f"{base}{path}",
        host=urlsplit(base).hostname or "",
        secrets=(),
        ca=partner.ca,
        organisation_id=partner.organisation_id,
        person="",
        role=Role.INTEGRATOR,
        language="en",
        wishes=Wishes(daily_cap=100_000, rules=rules, claim_events=entries),
        timeout_s=20.0,
    )


def _mail(table: TomlReader, base: Path) -> MailSettings:
    security = Security(table.choice("security", "starttls", {one.value for one in Security}))
    host = table.text("host", None)
    if security is Security.NONE and host not in _HERE:
        table.wrong("security", "open_mail")
    sender = table.text("from", None)
    if sender and not is_address(parseaddr(sender)[1]):
        table.wrong("from", "no_address", found=sender)
    port = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}[security]
    return MailSettings(
        host=host,
        port=table.whole("port", port, at_least=1, at_most=65_535),
        security=security,
        username=table.text("username", ""),
        password=_secret(table, "password_file", base),
        sender=sender,
        ca=_ca(table, base),
        timeout_s=table.number("timeout_s", 20.0, at_least=1, at_most=300),
        pack_mib=table.number("pack_mib", 10.0, at_least=0, at_most=50),
    )


def _hook(table: TomlReader, base: Path, organisations: list[str], taken: set[str]) -> HookSettings:
    kinds = {one.value for one in HookKind if one is not HookKind.PARTNER}
    kind = HookKind(table.choice("kind", "standard", kinds))
    host = table.text("host", _HOSTS.get(kind))
    role = Role(table.choice("role", Role.INTEGRATOR.value, {one.value for one in Role}))
    first = organisations[0] if organisations else ""
    return HookSettings(
        name=_name(table, taken),
        kind=kind,
        url=_url(table, base, host),
        host=host,
        secrets=_secrets(table, base, kind),
        ca=_ca(table, base),
        organisation_id=table.choice("organisation", first, set(organisations)),
        person=table.text("person", ""),
        role=role,
        language=table.choice("language", "en", LANGUAGES),
        wishes=_wishes(table, kind, role),
        timeout_s=table.number("timeout_s", 20.0, at_least=1, at_most=300),
    )


def _name(table: TomlReader, taken: set[str]) -> str:
    name = table.text("name", None)
    if name and not AGENT_ID.match(name):
        table.wrong("name", "bad_id", found=name)
    if name == MAIL:
        table.wrong("name", "taken_name", found=name)
    if name in taken:
        table.wrong("name", "id_twice", found=name)
    return name


def _url(table: TomlReader, base: Path, host: str) -> str:
    """The URL of the file; what is wrong is said without it."""
    url = _secret(table, "url_file", base, needed=True)
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        is_good = parts.scheme == "https" and (parts.port or 443) > 0 and "@" not in parts.netloc
    except ValueError:
        is_good = False
    if not is_good or any(c.isspace() or not c.isprintable() for c in url):
        table.wrong("url_file", "no_https_url")
    elif parts.hostname != host.casefold():
        table.wrong("url_file", "other_host", host=host)
    return url


def _secrets(table: TomlReader, base: Path, kind: HookKind) -> tuple[str, ...]:
    needed = kind is HookKind.STANDARD
    secrets = tuple(_secret(table, "secret_file", base, needed=needed).split())
    if kind is HookKind.STANDARD:
        for secret in secrets:
            try:
                read_key(secret)
            except BadSecretError:
                table.wrong("secret_file", "no_webhook_secret")
                break
    return secrets


def _secret(table: TomlReader, key: str, base: Path, *, needed: bool = False) -> str:
    name = table.text(key, None if needed else "")
    if not name:
        return ""
    try:
        secret = (base / name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        table.wrong(key, "unreadable", why=type(error).__name__)
        return ""
    if not secret:
        table.wrong(key, "unreadable", why="empty")
    return secret


def _ca(table: TomlReader, base: Path) -> Path | None:
    name = table.text("ca", "")
    if not name:
        return None
    try:
        ssl.create_default_context(cafile=base / name)
    except (OSError, ssl.SSLError) as error:
        table.wrong("ca", "no_certificate", why=getattr(error, "reason", "") or str(error))
    return base / name


def _wishes(table: TomlReader, kind: HookKind, role: Role) -> Wishes:
    """A program is told everything now; a group of people what is usual for the role."""
    is_program = kind is HookKind.STANDARD
    entries = frozenset(table.choices("claim_events", set(NAMES)))
    chosen = {
        **dict.fromkeys(table.choices("digest", {one.value for one in Topic}), Delivery.DIGEST),
        **dict.fromkeys(table.choices("now", {one.value for one in Topic}), Delivery.NOW),
    }
    if not is_program and (entries or any(one.value in chosen for one in FOR_PROGRAMS)):
        table.wrong("kind", "not_for_people")
    sites = table.texts("sites")
    rules: dict[tuple[str, Topic], Delivery] = {}
    for topic in Topic:
        if chosen:
            delivery = chosen.get(topic.value, Delivery.NEVER)
        elif is_program:  # everything, and nothing twice
            delivery = Delivery.NEVER if topic in TOLD_BY_ENTRIES else Delivery.NOW
        else:
            delivery = usual(role, topic)
        rules[EVERY_SITE, topic] = Delivery.NEVER if sites else delivery
        rules.update({(site, topic): delivery for site in sites})
    return Wishes(
        zone=table.zone("zone", "UTC"),
        digest_hour=table.whole("digest_hour", 8, at_least=0, at_most=23),
        daily_cap=table.whole(
            "daily_cap", 100_000 if is_program else _ROBOT_CAP, at_least=1, at_most=100_000
        ),
        closings=table.truth("closings", default=is_program),
        claim_events=entries,
        rules=rules,
    )
