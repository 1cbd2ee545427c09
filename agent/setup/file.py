"""The agent's configuration as setup writes it: merged by id, comments kept, never half written."""

from __future__ import annotations

import contextlib
import difflib
import os
import secrets
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import tomlkit
from tomlkit.items import AoT, Table

from agent.config_file import load_config
from agent.setup.entry import Offer
from agent.setup.plan import Change, Planned
from agent.sun import Site

_HEAD: Final = """\
# Written by `preclaim-agent setup`. Change it by hand where you like: a later run keeps what it
# finds, comments too. `preclaim-agent check-config -c FILE` lists every mistake.
# 由 `preclaim-agent setup` 写入，可手工修改；再次运行会保留已有内容和注释。
"""
SECRETS: Final = "secrets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Basics:
    """What a new file says of the agent itself."""

    agent_id: str
    uplink: str = "wired"
    broker_host: str = "127.0.0.1"
    broker_port: int = 1883
    broker_tls: bool = False
    broker_ca: str = ""
    broker_user: str = ""
    broker_password_file: str = ""
    command_key: str = ""
    place: Site | None = None
    consent_by: str = ""
    today: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A file as it would be, with the secrets beside it; nothing is written yet."""

    path: Path
    before: str
    after: str
    secrets: Mapping[str, str]  # file relative to the configuration, and its content

    @property
    def is_changed(self) -> bool:
        """Whether writing it would make a difference."""
        return self.before != self.after or any(
            _content(self.path.parent / name) != text for name, text in self.secrets.items()
        )

    def diff(self) -> str:
        """The changes, as a unified diff; holds no secret."""
        return "".join(
            difflib.unified_diff(
                self.before.splitlines(keepends=True),
                self.after.splitlines(keepends=True),
                fromfile=self.path.name,
                tofile=self.path.name,
                n=1,
            )
        )


def draft(path: Path, planned: Sequence[Planned], basics: Basics) -> Draft:
    """The file with these devices in it. OSError and tomlkit's error when it cannot be read."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    document = tomlkit.parse(before or _HEAD)
    if not before:
        _begin(document, basics)
    kept: dict[str, str] = {}
    for one in planned:
        if not one.is_watched:
            continue
        if one.seen.entry.site:
            _add_site(document, one.seen.entry.site, one.seen.entry.place)
        table = _table_of(document, one.device_id)
        if table is None:
            table = tomlkit.table()
            _fill(table, one, basics, kept)
            _tables(document, "devices").append(table)
        else:
            _amend(table, one, kept)
    return Draft(path=path, before=before, after=tomlkit.dumps(document), secrets=kept)


def write(made: Draft) -> None:
    """Secrets first, then the file in one step; it is read back by the agent's own reader before.

    OSError, and ConfigError with every problem: then the old file stands.
    """
    folder = made.path.parent
    folder.mkdir(parents=True, exist_ok=True)
    former = {name: _content(folder / name) for name in made.secrets}
    for name, text in made.secrets.items():
        write_secret(folder / name, text)
    part = folder / f".{made.path.name}.{secrets.token_hex(4)}.part"
    mode = stat.S_IMODE(made.path.stat().st_mode) if made.path.exists() else 0o640
    try:
        _write(part, made.after, mode=mode)
        load_config(part)
        part.rename(made.path)
        _sync(folder)
    except BaseException:
        _put_back(folder, former)
        raise
    finally:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()


def _put_back(folder: Path, former: Mapping[str, str | None]) -> None:
    """The secrets of the file that stands: it would name passwords that nobody has written."""
    for name, text in former.items():
        with contextlib.suppress(OSError):
            if text is None:
                (folder / name).unlink()
            else:
                write_secret(folder / name, text)


def write_secret(path: Path, text: str) -> None:
    """A file that only its owner can read, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        _write(part, text, mode=0o600)
        part.rename(path)
        _sync(path.parent)
    finally:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()


def edit(
    path: Path,
    device_id: str,
    values: Mapping[str, str | bool | list[str] | None],
    *,
    secrets: Mapping[str, str] = MappingProxyType({}),
) -> Draft:
    """One device's table with other values; None takes a key away. KeyError for an unknown id."""
    before = path.read_text(encoding="utf-8")
    document = tomlkit.parse(before)
    table = _table_of(document, device_id)
    if table is None:
        raise KeyError(device_id)
    for key, value in values.items():
        if value is not None:
            table[key] = value
        elif key in table:
            del table[key]
    return Draft(path=path, before=before, after=tomlkit.dumps(document), secrets=secrets)


def _begin(document: tomlkit.TOMLDocument, basics: Basics) -> None:
    agent = tomlkit.table()
    agent.add("id", basics.agent_id)
    agent.add("data_dir", "agent-data")
    agent.add("uplink", basics.uplink)
    if basics.place is not None:
        _add_place(agent, basics.place)
    document.add(tomlkit.nl())
    document.add("agent", agent)
    broker = tomlkit.table()
    broker.add("host", basics.broker_host)
    broker.add("port", basics.broker_port)
    if basics.broker_tls:
        broker.add("tls", True)
    for key, value in (
        ("ca", basics.broker_ca),
        ("username", basics.broker_user),
        ("password_file", basics.broker_password_file),
    ):
        if value:
            broker.add(key, value)
    document.add(tomlkit.nl())
    document.add("broker", broker)
    keys = tomlkit.table()
    keys.add("evidence", "keys/agent.pem")
    if basics.command_key:
        keys.add("command", basics.command_key)
    document.add(tomlkit.nl())
    document.add("keys", keys)
    document.add(tomlkit.nl())


def _add_place(table: Table, place: Site) -> None:
    table.add("latitude", place.latitude_deg)
    table.add("longitude", place.longitude_deg)


def _add_site(document: tomlkit.TOMLDocument, name: str, place: Site | None) -> None:
    for table in _tables(document, "sites"):
        if table.get("name") == name:
            if place is not None and "latitude" not in table and "longitude" not in table:
                _add_place(table, place)
            return
    site = tomlkit.table()
    site.add("name", name)
    if place is not None:
        _add_place(site, place)
    _tables(document, "sites").append(site)


def _tables(document: tomlkit.TOMLDocument, name: str) -> AoT:
    found = document.get(name)
    if isinstance(found, AoT):
        return found
    document.add(name, tomlkit.aot())
    made = document[name]
    if not isinstance(made, AoT):
        raise TypeError(name)
    return made


def _table_of(document: tomlkit.TOMLDocument, device_id: str) -> Any:
    return next((t for t in document.get("devices", ()) if t.get("id") == device_id), None)


def _fill(table: Table, one: Planned, basics: Basics, kept: dict[str, str]) -> None:
    seen, entry, consent = one.seen, one.seen.entry, one.consent
    table.add("id", one.device_id)
    if one.name != one.device_id:
        table.add("name", one.name)
    table.add("address", seen.address)
    if seen.reach.tls:
        table.add("tls", True)
    if seen.reach.tls_fingerprints:
        table.add("tls_fingerprint", list(seen.reach.tls_fingerprints))
    if seen.channel is not None:
        if seen.channel.number:
            table.add("channel", seen.channel.number)
        table.add("video_source", seen.channel.video_source)
    _log_in(table, one.device_id, seen.offer, kept)
    if entry.label_serial:
        table.add("label_serial", entry.label_serial)
    if seen.is_on_battery:
        table.add("power", "battery")
    if seen.link and seen.link != basics.uplink:
        table.add("link", seen.link)
    if entry.site:
        table.add("site", entry.site)
    if consent.ir_cut_test:
        table.add("allow_ir_cut_test", True)
        if seen.is_on_battery and consent.wake_ups:
            table.add("allow_ir_cut_test_on_battery", True)
    said = tomlkit.inline_table()
    said.add("pictures", consent.pictures)
    said.add("wake_ups", consent.wake_ups)
    said.add("by", basics.consent_by)
    said.add("on", basics.today)
    table.add("consent", said)


def _amend(table: Any, one: Planned, kept: dict[str, str]) -> None:
    """Only what is no longer right; everything else is its owner's word."""
    if one.change is Change.MOVED:
        table["address"] = one.seen.address
    pins = one.seen.reach.tls_fingerprints
    if one.seen.is_there and pins and one.known and not one.known.target.tls_fingerprints:
        table["tls"] = True
        table["tls_fingerprint"] = list(pins)
    label = one.seen.entry.label_serial
    if one.seen.is_there and label and one.known and not one.known.label_serial:
        table["label_serial"] = label
    offered = one.seen.offer.credentials if one.seen.offer else None
    known = one.known.target.credentials if one.known else None
    if one.change in (Change.LOGIN, Change.MOVED) and offered is not None and offered != known:
        for key in ("user", "password_file", "password_env"):
            table.pop(key, None)
        _log_in(table, one.device_id, one.seen.offer, kept)


def _log_in(table: Any, device_id: str, offer: Offer | None, kept: dict[str, str]) -> None:
    if offer is None:
        return
    table["user"] = offer.credentials.user
    if offer.variable:
        table["password_env"] = offer.variable
        return
    name = f"{SECRETS}/{device_id.replace(':', '_')}"
    table["password_file"] = name
    kept[name] = offer.credentials.password + "\n"


def _write(path: Path, text: str, *, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _content(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
