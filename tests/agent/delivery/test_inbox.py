"""The inbox between paho's thread and the loop."""

from __future__ import annotations

import asyncio

import pytest

from agent.delivery.link import Acknowledged, Arrived, Connected, Gone, Inbox, Woken


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


async def test_a_flood_of_messages_hides_neither_the_end_nor_an_acknowledgement() -> None:
    """A full inbox still takes Connected, Gone and PUBACKs, and every QoS 1 message's mid."""
    inbox = Inbox(events=3)
    for mid in range(1, 10):
        inbox.offer(Arrived("t", b"x", mid, 1))
        inbox.offer(Arrived("t", b"x", 0, 0))
    inbox.offer(Connected(False))
    inbox.offer(Acknowledged(7))
    inbox.offer(Gone("reset"))
    found = [await inbox.next(timeout_s=1) for _ in range(13)]

    assert found[-3:] == [Connected(False), Acknowledged(7), Gone("reset")]
    mids = [event.mid for event in found if isinstance(event, Arrived) and event.qos == 1]
    assert mids == list(range(1, 10))
    assert inbox.dropped > 0


async def test_a_flood_of_large_messages_stays_within_its_bytes() -> None:
    """Payloads beyond the inbox's bytes are let go; room comes back as they are read."""
    inbox = Inbox(payload_bytes=100)
    for mid in range(1, 4):
        inbox.offer(Arrived("t", b"x" * 60, mid, 1))
    sizes = []
    for _ in range(3):
        event = await inbox.next(timeout_s=1)
        assert isinstance(event, Arrived)
        sizes.append(len(event.payload))
    inbox.offer(Arrived("t", b"x" * 60, 4, 1))

    assert sizes == [60, 0, 0]
    assert await inbox.next(timeout_s=1) == Arrived("t", b"x" * 60, 4, 1)
