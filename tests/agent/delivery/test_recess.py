"""The wait between two connections: what cuts it, and how often."""

from __future__ import annotations

import asyncio

import pytest

from agent.delivery.recess import Recess
from shared.backoff import CAP_S, PATIENT_CAP_S


class Waits:
    """Sleeps that end when the test says so, and faults that wait."""

    def __init__(self) -> None:
        self.faults = 0  # id of the newest
        self.over = asyncio.Event()
        self.recess = Recess(lambda: self.faults)

    async def sleep(self, seconds: float) -> None:
        del seconds
        await self.over.wait()

    async def is_cut_by_a_fault(
        self, delay_s: float = PATIENT_CAP_S, *, is_paid: bool = True, faults: int = 1
    ) -> bool:
        """Begin to wait, record so many faults, and see whether the wait is over by that."""
        self.over.clear()
        waiting = asyncio.create_task(self.recess.wait(delay_s, is_paid=is_paid, sleep=self.sleep))
        await asyncio.sleep(0)
        self.faults += faults
        self.recess.look()
        for _ in range(10):
            await asyncio.sleep(0)
        is_cut = waiting.done()
        self.over.set()
        await waiting
        return is_cut


async def test_a_fresh_fault_cuts_every_second_long_wait() -> None:
    """Faults one after the other cost at most twice the tries."""
    waits = Waits()
    assert [await waits.is_cut_by_a_fault() for _ in range(4)] == [True, False, True, False]


async def test_the_far_ends_answer_lets_the_next_wait_be_cut() -> None:
    """What was spent on a broker that is there again is not held against the next outage."""
    waits = Waits()
    assert await waits.is_cut_by_a_fault()
    waits.recess.reset()
    assert await waits.is_cut_by_a_fault()


@pytest.mark.parametrize(
    ("delay_s", "is_paid", "faults"),
    [
        pytest.param(PATIENT_CAP_S, True, 0, id="nothing fresh"),
        pytest.param(CAP_S, True, 1, id="short"),
        pytest.param(PATIENT_CAP_S, False, 1, id="wired"),
    ],
)
async def test_other_waits_last(delay_s: float, is_paid: bool, faults: int) -> None:
    """What waited before is not fresh, and a herd forms where short waits are cut."""
    waits = Waits()
    waits.faults = 3
    assert not await waits.is_cut_by_a_fault(delay_s, is_paid=is_paid, faults=faults)


async def test_a_wait_can_be_cancelled() -> None:
    """An agent that is told to stop does not wait for the half hour to pass."""
    waits = Waits()
    waiting = asyncio.create_task(waits.recess.wait(PATIENT_CAP_S, is_paid=True, sleep=waits.sleep))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


@pytest.mark.parametrize("turns", range(6))
async def test_a_wait_that_was_just_cut_can_be_cancelled(turns: int) -> None:
    """However many turns of the loop after the cut: the one who waits ends, and stays ended."""
    waits = Waits()

    async def wait_and_run_on() -> None:
        await waits.recess.wait(PATIENT_CAP_S, is_paid=True, sleep=waits.sleep)
        await asyncio.sleep(0)
        await asyncio.Event().wait()

    running = asyncio.create_task(wait_and_run_on())
    for _ in range(2):
        await asyncio.sleep(0)
    waits.faults += 1
    waits.recess.look()
    for _ in range(turns):
        await asyncio.sleep(0)
    running.cancel()
    for _ in range(10):
        await asyncio.sleep(0)
    try:
        assert running.cancelled()
    finally:
        running.cancel()  # a second one is never swallowed
