"""The schedule: what is due, in which order, and the back-off of failing devices."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from agent.camera.port import Camera
from agent.probes.probe import Cost, Observation, Pass, Probe
from agent.schedule import BACK_OFF_CAP, back_off, due, next_due_at

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


async def _read(camera: Camera, visit: Pass) -> Observation:
    return Observation(readings=())


def probe(name: str, minutes: int) -> Probe:
    """A probe that runs once in so many minutes."""
    every = timedelta(minutes=minutes)
    return Probe(name=name, every=every, cost=Cost(bytes=1), read=_read, deadline_s=1.0)


PROBES = (probe("reachability", 5), probe("picture", 10))
spans = st.timedeltas(timedelta(0), timedelta(days=2))


@given(spans, spans, st.integers(0, 30), st.floats(0, 1, exclude_max=True))
def test_due_time_keeps_its_bounds(
    since: timedelta, interval: timedelta, failures: int, jitter: float
) -> None:
    """The next run is never sooner than interval and back-off, nor later than a tenth over."""
    last = NOW - since
    at = next_due_at(last_run=last, interval=interval, now=NOW, failures=failures, jitter=jitter)
    pace = max(interval, back_off(failures))
    assert last + pace <= at <= last + pace * 1.1 + timedelta(microseconds=2)


@given(st.integers(0, 10_000))
def test_back_off_grows_and_is_bounded(failures: int) -> None:
    """More failures never shorten the wait, and a device is asked again within the cap."""
    assert back_off(failures) <= back_off(failures + 1) <= BACK_OFF_CAP


def test_clock_set_back_does_not_stop_a_probe() -> None:
    """A last run in the future is due at once."""
    later = NOW + timedelta(days=400)
    assert next_due_at(last_run=later, interval=timedelta(hours=1), now=NOW) == NOW


def test_longest_overdue_device_comes_first_and_probes_keep_their_order() -> None:
    """Order between devices is by lateness, within a device by the list."""
    last = {
        ("a", "reachability"): NOW - timedelta(minutes=6),
        ("a", "picture"): NOW - timedelta(minutes=1),
        ("b", "reachability"): NOW - timedelta(minutes=60),
        ("b", "picture"): NOW - timedelta(minutes=60),
    }
    found = [(one.device_id, one.probe.name) for one in due(PROBES, last, NOW, device_ids="ab")]
    assert found == [("b", "reachability"), ("b", "picture"), ("a", "reachability")]


def test_operator_sets_the_pace() -> None:
    """An override replaces the probe's own interval."""
    last = {("a", "reachability"): NOW - timedelta(seconds=3)}
    pace = {"reachability": timedelta(seconds=2)}
    found = due(PROBES[:1], last, NOW, device_ids=["a"], overrides=pace)
    assert len(found) == 1
