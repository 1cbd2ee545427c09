"""The inbox between paho's thread and the loop."""

from __future__ import annotations

import asyncio

import pytest

from agent.delivery.link import Inbox, Woken


async def test_a_cancellation_is_never_swallowed() -> None:
    """Who is told to stop stops, also when an event arrives in the same moment."""
    inbox = Inbox()
    waiting = asyncio.create_task(inbox.next(timeout_s=10))
    await asyncio.sleep(0)
    inbox.offer(Woken())
    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_what_comes_in_time_is_handed_over() -> None:
    """An event is returned, and nothing after the time-out."""
    inbox = Inbox()
    inbox.offer(Woken())

    assert await inbox.next(timeout_s=10) == Woken()
    assert await inbox.next(timeout_s=0.01) is None
