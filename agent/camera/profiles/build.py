"""From a checked TOML table to a profile; what is wrong across keys is told here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from agent.camera.profiles import keys
from agent.camera.profiles.firmware import DEFAULT_PATTERN, Firmware, FirmwareRange, read_bound
from agent.camera.profiles.metric import build_metric
from agent.camera.profiles.profile import (
    KnownIssue,
    Match,
    Power,
    Profile,
    Source,
    Status,
)
from agent.camera.profiles.source import build_session, build_source
from agent.camera.profiles.table import Table
from shared.catalogue_entry import Component

_MAX_PORT: Final = 65535


def build_profile(root: Table, *, packaged: bool, digest: str) -> Profile | None:
    """The profile; None when something is wrong with it, which has been noted."""
    before = len(root.problems)
    version = root.content.get("schema", keys.SCHEMA)
    if version != keys.SCHEMA:
        root.complain("schema", "profile_schema", found=version)
        return None  # of another format: one remedy, not one complaint a key
    content = root.read(keys.ROOT)
    sessions = {name: build_session(name, table, content) for name, table in root.named("session")}
    sources = {
        name: build_source(name, table, content, packaged=packaged)
        for name, table in root.named("source")
    }
    formats = {name: source.format for name, source in sources.items() if source}
    metrics = [build_metric(table, formats) for table in root.listed("metric")]
    port, tls = _http(root.inner("http"))
    match, power = _match(root.inner("match")), _power(root.inner("power"), sources)
    issues = tuple(_issue(table) for table in root.listed("known_issue"))
    _refuse_twins(root, "metric", [metric.name for metric in metrics if metric])
    _refuse_twins(root, "known_issue", [issue.id for issue in issues if issue])
    if len(root.problems) > before:
        return None
    whole = Profile(
        id=content["id"],
        title=content.get("title", ""),
        title_zh=content.get("title_zh", ""),
        status=Status(content.get("status", Status.DOCUMENTED.value)),
        extends=content.get("extends", ""),
        references=tuple(content.get("references", ())),
        login_note=content.get("login", ""),
        login_note_zh=content.get("login_zh", ""),
        match=match,
        power=power,
        rtsp_paths=tuple(content.get("rtsp_paths", ())),
        http_port=port,
        http_tls=tls,
        sessions={name: one for name, one in sessions.items() if one},
        sources={name: one for name, one in sources.items() if one},
        metrics=tuple(metric for metric in metrics if metric),
        known_issues=tuple(issue for issue in issues if issue),
        parts=MappingProxyType({k: str(v) for k, v in content.get("parts", {}).items()}),
        packaged=packaged,
        hash=digest,
    )
    _check_names(root, whole)
    _check_parts(root, whole)
    return whole if len(root.problems) == before else None


def _match(table: Table) -> Match:
    content = table.read(keys.MATCH)
    firmware = Firmware(
        pattern=content.get("firmware_version", DEFAULT_PATTERN),
        build=content.get("firmware_build", ""),
        range=_bounds(table, "firmware_range", content.get("firmware_range", ())),
    )
    return Match(
        manufacturer=content.get("manufacturer", ""),
        model=content.get("model", ""),
        hardware=content.get("hardware", ""),
        hint=content.get("hint", ""),
        firmware=firmware,
        priority=content.get("priority", 0),
    )


def _bounds(table: Table, key: str, texts: list[str] | tuple[str, ...]) -> FirmwareRange:
    bounds = []
    for text in texts:
        bound = read_bound(text)
        if bound is None:
            table.complain(key, "profile_version", found=text)
        else:
            bounds.append(bound)
    return tuple(bounds)


def _power(table: Table, sources: Mapping[str, Source | None]) -> Power:
    content = table.read(keys.POWER)
    for name in content.get("safe_while_asleep", ()):
        if name not in sources:
            table.complain("safe_while_asleep", "profile_source", found=name)
    return Power(
        battery_powered=content.get("battery_powered", False),
        min_poll_interval_s=content.get("min_poll_interval_s", 0),
        safe_while_asleep=tuple(content.get("safe_while_asleep", ())),
        wake_grace_s=float(content.get("wake_grace_s", 0)),
        awake_ma=content.get("awake_ma"),
        wake_s=content.get("wake_s"),
    )


def _http(table: Table) -> tuple[int | None, bool | None]:
    content = table.read(keys.HTTP)
    port = content.get("port")
    if port is not None and port > _MAX_PORT:
        table.complain("port", "profile_port", found=port)
    return port, content.get("tls")


def _issue(table: Table) -> KnownIssue | None:
    before = len(table.problems)
    content = table.read(keys.KNOWN_ISSUE)
    bounds = _bounds(table, "firmware", content.get("firmware", ()))
    if len(table.problems) > before:
        return None
    return KnownIssue(
        id=content["id"],
        firmware=bounds,
        symptom=content["symptom"],
        cause=content["cause"],
        action=content["action"],
        cause_zh=content["cause_zh"],
        action_zh=content["action_zh"],
        part=content.get("part", "none"),
        reference=content.get("reference", ""),
    )


def _refuse_twins(root: Table, key: str, names: list[str]) -> None:
    for name in sorted({name for name in names if names.count(name) > 1}):
        root.complain(key, "profile_twice", found=name)


def _check_parts(root: Table, profile: Profile) -> None:
    """Components are those of the fault catalogue: others would match no claim."""
    known = ", ".join(one.value for one in Component)
    named = [("parts", part) for part in profile.parts]
    named += [("known_issue", issue.part) for issue in profile.known_issues]
    for key, part in named:
        if part not in {one.value for one in Component}:
            root.complain(key, "profile_word", found=part, known=known)


def _check_names(root: Table, profile: Profile) -> None:
    """Sessions that sources name, and gates, which need an earlier source."""
    earlier: set[str] = set()
    for name, source in profile.sources.items():
        if source.session and source.session not in profile.sessions:
            root.complain(f"source.{name}.session", "profile_session", found=source.session)
        gate = source.only_if
        if gate and not any(m.name == gate.metric and m.source in earlier for m in profile.metrics):
            root.complain(f"source.{name}.only_if", "profile_gate", found=gate.metric)
        earlier.add(name)
