"""The ways in: where the agent listens for what cameras push, and what each camera may send.

Nothing is open unless it is written: no table, no port. Nothing of ``agent.inbox`` is imported.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from agent.config_table import Table
from agent.push_names import NAMES
from agent.secret_digest import sha256

MODES: Final = ("visit", "push")
OVERDUE_FACTOR: Final = 2.5
"""A deadline is missed after 2.5 times the promise, as for the agent's own health message."""
_DAY_S: Final = 86_400
_SENDER: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
_DEVICE: Final = "{device}"
Secret = Callable[[Table, str, str], str | None]
ToPath = Callable[[str], Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """How one value is found in a JSON event: path, unless, map, scale; in this order."""

    path: str  # JMESPath
    scale: float = 1.0
    unless: tuple[str | float | bool, ...] = ()  # raw values that mean "nobody knows"
    map: Mapping[str, str | float | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What a camera that pushes has promised, and by what it is known; secrets as SHA-256."""

    expect_every: timedelta
    user: str = ""  # HTTP Basic and FTP; '': none
    password_sha256: bytes = field(default=b"", repr=False)
    token_sha256: bytes = field(default=b"", repr=False)  # HTTP alone; b'': none
    topic_name: str = ""  # what stands for {device} in a topic; '': nothing by MQTT
    values: Mapping[str, Mapped] = field(default_factory=dict)  # by canonical name

    @property
    def overdue_after(self) -> timedelta:
        """Silence beyond it means: unknown."""
        return self.expect_every * OVERDUE_FACTOR


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpWay:
    """HTTP or, with a certificate, HTTPS upload."""

    bind: str
    port: int
    cert: Path | None
    key: Path | None
    connections: int
    deadline_s: float  # of a connection, from its first byte to its last


@dataclass(frozen=True, slots=True, kw_only=True)
class FtpWay:
    """FTP upload."""

    bind: str
    port: int
    passive_ports: tuple[int, int]
    public_address: str  # what PASV names; '': the address that the camera called
    connections: int
    deadline_s: float  # of one file


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttWay:
    """Topics of a broker on this network."""

    host: str
    port: int
    tls: bool
    ca: Path | None
    username: str
    password: str = field(repr=False)
    topics: tuple[str, ...] = ()  # with {device} as one level


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """``[inbox]``: what is open, and how much one camera may send."""

    items_per_minute: int
    bytes_per_hour: int
    http: HttpWay | None
    ftp: FtpWay | None
    mqtt: MqttWay | None


def read_ways(root: Table, secret: Secret, to_path: ToPath) -> Ways | None:
    """``[inbox]``; None when it is not written."""
    if not root.has("inbox"):
        return None
    table = root.table("inbox")
    ways = Ways(
        items_per_minute=table.whole("items_per_minute", 60, low=1, high=6000),
        bytes_per_hour=table.whole("mb_per_hour", 100, low=1, high=100_000) * 1_000_000,
        http=_http(table.table("http"), to_path) if table.has("http") else None,
        ftp=_ftp(table.table("ftp")) if table.has("ftp") else None,
        mqtt=_mqtt(table.table("mqtt"), secret, to_path) if table.has("mqtt") else None,
    )
    if not (ways.http or ways.ftp or ways.mqtt):
        table.complain("", "inbox_shut")
    table.finish()
    return ways


def _bind(table: Table) -> str:
    bind = table.text("bind", missing="bind_missing")
    if bind:
        try:
            ipaddress.ip_address(bind)
        except ValueError:
            table.complain("bind", "bad_bind", found=bind)
    return bind


def _http(table: Table, to_path: ToPath) -> HttpWay:
    files = {name: table.text(name, "") for name in ("cert", "key")}
    for name, file in files.items():
        if file and not to_path(file).is_file():
            table.complain(name, "no_client_file", found=file)
    if bool(files["cert"]) != bool(files["key"]):
        table.complain("key" if files["cert"] else "cert", "half_a_pair")
    way = HttpWay(
        bind=_bind(table),
        port=table.whole("port", 8180, low=0, high=65_535),
        cert=to_path(files["cert"]) if files["cert"] else None,
        key=to_path(files["key"]) if files["key"] else None,
        connections=table.whole("connections", 32, low=1, high=1024),
        deadline_s=table.number("deadline_s", 60.0, low=1, high=600),
    )
    table.finish()
    return way


def _ftp(table: Table) -> FtpWay:
    low = table.whole("passive_port_first", 50_000, low=1024, high=65_535)
    high = table.whole("passive_port_last", min(low + 99, 65_535), low=1024, high=65_535)
    if high < low:
        table.complain("passive_port_last", "ports_backwards", first=low)
        high = low
    public = table.text("public_address", "")
    if public:
        try:
            ipaddress.IPv4Address(public)
        except ValueError:
            table.complain("public_address", "bad_bind", found=public)
    way = FtpWay(
        bind=_bind(table),
        port=table.whole("port", 2121, low=0, high=65_535),
        passive_ports=(low, high),
        public_address=public,
        connections=table.whole("connections", 16, low=1, high=256),
        deadline_s=table.number("deadline_s", 120.0, low=1, high=3600),
    )
    table.finish()
    return way


def _mqtt(table: Table, secret: Secret, to_path: ToPath) -> MqttWay:
    topics = table.texts("topics", most=16)
    for topic in topics:
        levels = topic.split("/")
        mixed = any(len(level) > 1 and set("+#") & set(level) for level in levels)
        if levels.count(_DEVICE) != 1 or topic.count("{") != 1:
            table.complain("topics", "topic_of_whom", found=topic)
        elif mixed or "#" in levels[:-1]:
            table.complain("topics", "bad_topic", found=topic)
    if not topics:
        table.complain("topics", "topics_missing")
    ca = table.text("ca", "")
    if ca and not to_path(ca).is_file():
        table.complain("ca", "no_ca_file", found=ca)
    way = MqttWay(
        host=table.text("host", "127.0.0.1"),
        port=table.whole("port", 1883, low=1, high=65_535),
        tls=table.flag("tls", False),
        ca=to_path(ca) if ca else None,
        username=table.text("username", ""),
        password=secret(table, "password_file", "password_env") or "",
        topics=topics,
    )
    table.finish()
    return way


def read_push(table: Table, secret: Secret, *, device_id: str, ways: Ways | None) -> Push | None:
    """``mode`` of a device and its ``[devices.push]``; None for one that is visited alone."""
    mode = table.choice("mode", "visit", MODES)
    if mode != "push":
        if table.has("push"):
            table.complain("push", "push_without_mode")
        return None
    if ways is None:
        table.complain("mode", "no_inbox")
    push = table.table("push")
    user = push.text("user", "")
    if user and not _SENDER.match(user):
        push.complain("user", "bad_device_id", found=user)
    password = secret(push, "password_file", "password_env")
    if bool(user) != bool(password):
        push.complain("user", "no_password" if user else "no_user")
    token = secret(push, "token_file", "token_env")
    topic_name = push.text("topic_name", device_id)
    if any(sign in topic_name for sign in "+#/\0"):
        push.complain("topic_name", "bad_topic_name", found=topic_name)
    found = Push(
        expect_every=timedelta(
            seconds=push.number("expect_every_s", _DAY_S, low=60, high=30 * _DAY_S)
        ),
        user=user,
        password_sha256=sha256(password or ""),
        token_sha256=sha256(token or ""),
        topic_name=topic_name,
        values=_values(push.table("values")),
    )
    push.finish()
    if ways is not None and not _may_come(found, ways):
        table.complain("push", "no_way_in")
    return found


def complain_of_twins(tables: Sequence[Table], pushes: Sequence[Push | None]) -> None:
    """Two cameras with one user, token or topic could each speak in the other's name."""
    seen: dict[tuple[str, str | bytes], int] = {}
    for index, (table, push) in enumerate(zip(tables, pushes, strict=True)):
        if push is None:
            continue
        known_by = (
            ("push.user", push.user),
            ("push.token_file", push.token_sha256),
            ("push.topic_name", push.topic_name),
        )
        for key, value in known_by:
            first = seen.setdefault((key, value), index)
            if value and first != index:
                table.complain(key, "same_sender", first=first)


def _may_come(push: Push, ways: Ways) -> bool:
    by_http = ways.http is not None and bool(push.user or push.token_sha256)
    by_ftp = ways.ftp is not None and bool(push.user)
    return by_http or by_ftp or (ways.mqtt is not None and bool(push.topic_name))


def _values(table: Table) -> dict[str, Mapped]:
    values: dict[str, Mapped] = {}
    for name, entry in table.content.items():
        table.has(name)
        if name not in NAMES:
            table.complain(name, "no_value", known=", ".join(NAMES))
            continue
        if isinstance(entry, str):
            values[name] = Mapped(path=_path(table, name, entry))
            continue
        one = table.table(name)
        marks, words = one.content.get("unless", []), one.table("map").content
        one.has("unless")
        if not isinstance(marks, list) or not all(_is_scalar(mark) for mark in marks):
            one.complain("unless", "not_scalars")
            marks = []
        if not all(_is_scalar(word) for word in words.values()):
            one.complain("map", "not_scalars")
            words = {}
        values[name] = Mapped(
            path=_path(one, "path", one.text("path")),
            scale=one.number("scale", 1.0, low=-1e9, high=1e9),
            unless=tuple(marks),
            map=dict(words),
        )
        one.finish()
    return values


def _path(table: Table, key: str, text: str) -> str:
    import jmespath  # noqa: PLC0415 - only where a value is mapped

    try:
        jmespath.compile(text or "@")
    except (jmespath.exceptions.JMESPathError, ValueError) as error:
        table.complain(key, "bad_path", found=text, why=str(error).splitlines()[0][:120])
    return text


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | bool | int | float)
