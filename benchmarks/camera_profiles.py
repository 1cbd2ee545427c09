"""The ``camera.*`` figures of firmware profiles: recordings read rightly, no sentinel a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from agent.camera.profiles.profile import Metric, Profile, Scalar
from agent.camera.profiles.profile_file import load_profiles
from agent.camera.profiles.replay import folder_of, load_recordings, replay, wrong_in
from agent.camera.profiles.steps import judge
from benchmarks.figure import Bound, Figure, Measurement, Size

SHARED: Final = Path(__file__).resolve().parents[2] / "shared" / "fixtures"

COMMON: Final[Mapping[str, tuple[Scalar, ...]]] = {
    "battery.charge": (255, -1, 65535, "--", "", "NO", "N/A"),
    "battery.voltage": (0, 65535, "--", "", "NO"),
    "battery.current": (65535, "--", ""),
    "battery.temperature": (-128, 255, "--", "", "NO"),
    "cellular.rsrp": (0, 99, 255, "--", "", "-", "N/A", "Information unavailable"),
    "cellular.rsrq": (99, 255, "--", "", "-", "N/A"),
    "cellular.sinr": (99, 255, "--", "", "-", "N/A"),
    "cellular.rssi": (0, 255, "--", "", "-", "N/A"),
    "wifi.rssi": (100, 255, "", "--"),
    "device.serial": ("",),
}
"""What devices say when they do not know, by name: from manuals and public code. They must never
be a value in any profile, also where the profile does not list them."""


def fixtures_wrong(size: Size) -> Measurement:
    """Readings of all recordings at hand that differ from what a person reads in them."""
    profiles = {profile.id: profile for profile in load_profiles()}
    wrong: list[str] = []
    absent: list[str] = []
    read, used = 0, 0
    for recording in load_recordings():
        folder = folder_of(recording, SHARED if SHARED.is_dir() else None)
        if folder is None:
            absent.append(recording.device)
            continue
        values = replay(profiles[recording.profile], recording, folder)
        used, read = used + 1, read + len(values)
        wrong += [f"{recording.device}: {line}" for line in wrong_in(recording, values)]
    for line in wrong:
        print(line)
    note = f"{used} recordings of real devices, {read} values, as the devices sent them"
    if absent:
        note += f"; not here: {', '.join(absent)}"
    if not used:
        raise FileNotFoundError("no recording is here, so nothing was shown")
    return Measurement(value=float(len(wrong)), made_by=note)


def sentinels_taken(size: Size) -> Measurement:
    """Sentinels, as number and as text, that some shipped profile takes for a value."""
    taken: list[str] = []
    tried = 0
    for profile, metric, raw in _sentinels():
        tried += 1
        value = judge(metric, raw, profile.sources[metric.source].format)
        if value.quality == "good":
            taken.append(f"{profile.id} {metric.name}: {raw!r} is taken as {value.value!r}")
    for line in taken:
        print(line)
    note = f"{tried} sentinels of {len(load_profiles())} shipped profiles, number and text"
    return Measurement(value=float(len(taken)), made_by=note)


def _sentinels() -> Iterator[tuple[Profile, Metric, Scalar]]:
    for profile in load_profiles():
        for metric in profile.metrics:
            for mark in {*metric.unless, *COMMON.get(metric.name, ())}:
                for raw in _forms(mark):
                    if not _is_scaled_apart(metric, mark):
                        yield profile, metric, raw


def _forms(mark: Scalar) -> tuple[Scalar, ...]:
    if isinstance(mark, bool | str):
        return (mark,)
    return (mark, str(mark))


def _is_scaled_apart(metric: Metric, mark: Scalar) -> bool:
    """A common sentinel is in the canonical unit; one of a raw unit is the profile's own."""
    is_own = any(mark == own for own in metric.unless)
    return not is_own and not isinstance(mark, str) and (metric.scale, metric.offset) != (1.0, 0.0)


FIGURES: tuple[Figure, ...] = (
    Figure(
        name="camera.fixtures_wrong",
        what="readings of recorded devices that differ from what a person reads in the recording",
        unit="readings",
        bound=Bound.AT_MOST,
        target=0,
        how="recordings of others through the shipped profiles, beside a hand-written list",
        measure=fixtures_wrong,
    ),
    Figure(
        name="camera.sentinels_taken",
        what="values for 'nobody knows' that a shipped profile takes for a value",
        unit="sentinels",
        bound=Bound.AT_MOST,
        target=0,
        how="each profile's own sentinels and those of manuals, through the profile's steps",
        measure=sentinels_taken,
    ),
)
