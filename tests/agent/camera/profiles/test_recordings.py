"""Recordings of real devices are read as a person reads them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent.camera.profiles.profile import Status
from agent.camera.profiles.profile_file import load_profiles
from agent.camera.profiles.replay import (
    Recording,
    folder_of,
    load_recordings,
    replay,
    wrong_in,
)

SHARED = Path(__file__).parents[5] / "shared" / "fixtures"
PROFILES = {profile.id: profile for profile in load_profiles()}
RECORDINGS = load_recordings()


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda one: one.device)
def test_a_recording_is_read_as_a_person_reads_it(recording: Recording) -> None:
    """Every value, and every name without one, is what stands in the index."""
    folder = folder_of(recording, SHARED)
    if folder is None:
        pytest.skip("the recordings of others are not here")
    values = replay(PROFILES[recording.profile], recording, folder)

    assert wrong_in(recording, values) == []


def test_a_misread_recording_is_told() -> None:
    """The comparison sees a wrong value, a value too many and one too few."""
    at_hand = [one for one in RECORDINGS if folder_of(one, SHARED) is not None]
    if not at_hand:
        pytest.skip("the recordings of others are not here")
    recording = at_hand[0]
    folder = folder_of(recording, SHARED)
    assert folder is not None
    values = replay(PROFILES[recording.profile], recording, folder)
    name = next(iter(recording.values))

    off = replace(values[name], value=-1.0)
    assert len(wrong_in(recording, values | {name: off})) == 1
    assert len(wrong_in(recording, {n: v for n, v in values.items() if n != name})) == 1
    unlisted = {n: v for n, v in recording.values.items() if n != name}
    assert len(wrong_in(replace(recording, values=unlisted), values)) == 1


def test_status_is_told_honestly() -> None:
    """Fixture-tested needs a recording of a real device, device-tested was claimed by nobody.

    The example vendor is the simulator's: what it answers is the recording.
    """
    proven = {one.profile for one in RECORDINGS if one.by != "papers"} | {"example.vendor"}
    for profile in PROFILES.values():
        assert profile.status is not Status.DEVICE_TESTED, profile.id
        assert (profile.status is Status.FIXTURE_TESTED) == (profile.id in proven), profile.id
