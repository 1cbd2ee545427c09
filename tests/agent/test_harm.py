"""The promise of the harm budget: whatever happens in a day, a device is not asked for more."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.asking import ask
from agent.budget import Budget, Spend
from agent.camera.port import CameraError, Cause, Ceiling, Costs
from agent.camera.transcript import Tally
from agent.charge import Draw
from agent.probes.probe import Cost, Observation, Pass, Probe, good
from shared.reading import Quality
from tests.agent.fakes import NOON, Clock, FakeCamera

LIMITS = st.builds(
    Budget,
    bytes_per_day=st.integers(0, 5_000),
    requests_per_day=st.integers(0, 30),
    logins_per_day=st.integers(0, 6),
    wakeups_per_day=st.integers(0, 6),
    mah_per_day=st.just(50),
    draw=st.sampled_from([None, Draw(awake_ma=600, wake_s=10)]),
)


@dataclass
class Greedy:
    """A device whose probes cost something else than what they state; counted by the real tally."""

    tally: Tally = field(default_factory=Tally)

    def keep_within(self, ceiling: Ceiling) -> None:
        self.tally.ceiling = ceiling

    @property
    def costs(self) -> Costs:
        return self.tally.costs()

    def take(self, *, requests: int, reply_bytes: int, logins: int) -> None:
        """As the edge does it: permission first, then the count."""
        for _ in range(logins):
            self.tally.begin_login()
        for _ in range(requests):
            self.tally.begin_request(100)
            left = reply_bytes
            while left:
                chunk = min(left, self.tally.room(64))
                self.tally.bytes_received += chunk
                left -= chunk


STATED = st.builds(
    Cost,
    bytes=st.integers(0, 800),
    logins=st.integers(0, 1),
    wakeups=st.integers(0, 1),
    requests=st.integers(0, 4),
    awake_ms=st.integers(0, 4_000),
)
REAL = st.tuples(st.integers(0, 12), st.integers(0, 2_000), st.integers(0, 4))


def probe_of(stated: Cost, real: tuple[int, int, int]) -> Probe:
    """A probe that states one cost and has another."""
    requests, reply_bytes, logins = real

    async def read(camera: Any, visit: Pass) -> Observation:
        camera.take(requests=requests, reply_bytes=reply_bytes, logins=logins)
        return Observation(readings=(good("x", 1, at=visit.now),))

    return Probe(name="x", every=timedelta(hours=1), cost=stated, read=read, deadline_s=5.0)


@settings(max_examples=150, deadline=None)
@given(budget=LIMITS, visits=st.lists(st.lists(st.tuples(STATED, REAL), max_size=4), max_size=6))
def test_no_day_costs_more_than_its_limit(
    budget: Budget, visits: list[list[tuple[Cost, tuple[int, int, int]]]]
) -> None:
    """However much its probes want and however wrong they state it, no limit is exceeded."""
    spend = Spend(NOON.date())

    async def day() -> Spend:
        spent = spend
        for visit in visits:
            probes = [probe_of(stated, real) for stated, real in visit]
            camera = cast("Any", Greedy())
            taken = await ask(probes, camera, Pass(now=NOON), budget=budget, spend=spent)
            spent = taken.spend
        return spent

    spent = asyncio.run(day())

    assert spent.bytes <= budget.bytes_per_day
    assert spent.requests <= budget.requests_per_day
    assert spent.logins <= budget.logins_per_day
    assert spent.wakeups <= budget.wakeups_per_day
    assert spent.writes == 0
    # The one clock that is not ours to stop: what the event loop needs to notice the deadline.
    assert spent.mah(budget.draw) <= budget.mah_per_day + 0.1


async def test_a_battery_is_let_sleep_in_the_middle_of_a_probe() -> None:
    """A probe that hangs is cut off when the charge is spent, long before its own deadline."""
    budget = Budget(
        bytes_per_day=1000,
        logins_per_day=1,
        wakeups_per_day=5,
        mah_per_day=1,
        draw=Draw(awake_ma=36_000, wake_s=0.0),  # 0.1 s awake are 1 mAh
    )

    async def hang(camera: Any, visit: Pass) -> Observation:
        await asyncio.sleep(5.0)
        return Observation(readings=(good("x", 1, at=visit.now),))

    probe = Probe(
        name="x",
        every=timedelta(hours=1),
        cost=Cost(bytes=0, wakeups=1, awake_ms=50),
        read=hang,
        deadline_s=5.0,
    )
    taken = await ask(
        [probe, probe],
        cast("Any", Greedy()),
        Pass(now=NOON),
        budget=budget,
        spend=Spend(NOON.date()),
    )

    first, second = taken.readings
    assert (first.quality, first.cause) == (Quality.FAILED, Cause.BUDGET.value)
    assert "stopped in the middle" in first.detail
    assert "the day's budget of mAh is 1" in second.detail
    assert taken.spend.awake_ms < 2_000


def test_what_may_not_be_spent_is_refused_before_it_leaves() -> None:
    """The edge asks before a request, a login and each piece of a reply; the message says which."""
    tally = Tally(ceiling=Ceiling(requests=2, bytes=500, logins=1))
    tally.begin_login()
    tally.begin_request(200)
    assert tally.room(1000) == 300
    for attempt, what in (
        (tally.begin_login, "logins"),
        (lambda: tally.begin_request(400), "bytes"),
        (lambda: tally.begin_receiving(301), "bytes"),
    ):
        try:
            attempt()
        except CameraError as error:
            assert error.cause is Cause.BUDGET
            assert what in error.detail
        else:
            raise AssertionError(f"{what} were let through")
    assert tally.costs() == Costs(
        requests=1, bytes_sent=200, bytes_received=0, login_attempts=1, writes=0
    )


async def test_a_camera_without_wake_ups_left_is_asked_in_its_sleep() -> None:
    """The probe that can let it sleep runs, told so and without a wake-up; others are refused."""
    camera = FakeCamera(Clock())
    waking = probe_of(Cost(bytes=1, wakeups=1), (0, 0, 0))
    runs: list[list[str]] = []

    async def read(_: Any, visit: Pass) -> Observation:
        runs.append(list(camera.asked))
        return Observation(readings=(good("y", 1, at=visit.now),))

    quiet = replace(waking, name="y", read=read, can_let_sleep=True)
    budget = Budget(bytes_per_day=1000, requests_per_day=10, logins_per_day=1, wakeups_per_day=0)
    take = await ask(
        [waking, quiet], camera, Pass(now=NOON), budget=budget, spend=Spend(NOON.date())
    )

    assert runs == [["stay asleep"]]
    assert [(r.name, r.quality) for r in take.readings if r.good] == [("y", Quality.GOOD)]
    assert take.spend.wakeups == 0
