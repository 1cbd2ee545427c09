"""Recorded answers read by a profile, without a device: what tests and figures judge it by."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.camera.port import VendorValue
from agent.camera.profiles.documents import parse
from agent.camera.profiles.profile import Profile, Scalar
from agent.camera.profiles.profile_file import shipped_directory
from agent.camera.profiles.steps import extract


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What one device answered, and what a person reads in it."""

    profile: str
    device: str
    source: str
    root: str  # "here": beside the index; "shared": where the reader has the recordings of others
    by: str  # "others", "us" or "papers" (a shape from a manual, which proves nothing)
    answers: Mapping[str, str]  # source of the profile to file
    values: Mapping[str, Scalar]
    quality: Mapping[str, str]  # of names without a value


def load_recordings() -> tuple[Recording, ...]:
    """All of the index."""
    text = (shipped_directory() / "recordings" / "index.toml").read_text(encoding="utf-8")
    return tuple(_recording(content) for content in tomllib.loads(text)["recording"])


def _recording(content: Mapping[str, Any]) -> Recording:
    return Recording(
        profile=content["profile"],
        device=content["device"],
        source=content["source"],
        root=content["root"],
        by=content["by"],
        answers=content["answers"],
        values=content.get("values", {}),
        quality=content.get("quality", {}),
    )


def folder_of(recording: Recording, shared: Path | None) -> Path | None:
    """Where its files lie; None when they are others' and not here."""
    if recording.root == "here":
        return shipped_directory() / "recordings"
    if shared is None or not all(
        (shared / name.partition("#")[0]).is_file() for name in recording.answers.values()
    ):
        return None
    return shared


def replay(profile: Profile, recording: Recording, folder: Path) -> dict[str, VendorValue]:
    """Every metric of the recorded sources, as a reading of the device would give it."""
    values: dict[str, VendorValue] = {}
    for name, file in recording.answers.items():
        source = profile.sources[name]
        document = parse(_content(folder, file), source.format)
        metrics = [metric for metric in profile.metrics if metric.source == name]
        values.update({metric.name: extract(metric, document, source.format) for metric in metrics})
    return values


def wrong_in(recording: Recording, values: Mapping[str, VendorValue]) -> list[str]:
    """What differs from what a person reads, one line each; also what the person did not list."""
    told = [
        f"{name}: {values[name].value!r} ({values[name].quality}), recorded {wanted!r}"
        if name in values
        else f"{name}: not read, recorded {wanted!r}"
        for name, wanted in recording.values.items()
        if name not in values or values[name].value != wanted
    ]
    for name, value in values.items():
        if name in recording.values:
            continue
        expected = recording.quality.get(name, "unsupported")
        if value.quality != expected:
            told.append(f"{name}: {value.value!r} ({value.quality}), recorded as {expected}")
    return told


def _content(folder: Path, file: str) -> bytes:
    name, _, members = file.partition("#")
    content = (folder / name).read_bytes()
    if not members:
        return content
    whole = json.loads(content)
    return json.dumps({member: whole[member] for member in members.split(",")}).encode()
