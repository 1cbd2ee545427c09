"""Each toxic of the proxy does what its name says, and clear weather changes nothing."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from tests.lab.proxy import Link, flip
from tests.lab.toxics import CLEAR, DAMAGES, Kind, Toxic, make_weather

TEXT = bytes(range(256)) * 64


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(4096):
        writer.write(piece)
    writer.close()


@pytest.fixture
async def link() -> AsyncIterator[Link]:
    """A link to a server that echoes."""
    server = await asyncio.start_server(_echo, "127.0.0.1", 0)
    made = Link(to_port=server.sockets[0].getsockname()[1], dice=random.Random(1))
    await made.open()
    yield made
    await made.close()
    server.close()


class Caller:
    """A client on the near side."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def to(cls, link: Link) -> Caller:
        """Connect."""
        return cls(*await asyncio.open_connection("127.0.0.1", link.port))

    async def ask(self, text: bytes, *, within_s: float = 5.0) -> bytes:
        """Send, and read as much back."""
        self.writer.write(text)
        return await asyncio.wait_for(self.reader.readexactly(len(text)), within_s)


async def test_clear_weather_changes_nothing(link: Link) -> None:
    """What is sent comes back as it was."""
    assert await (await Caller.to(link)).ask(TEXT) == TEXT
    assert not link.bites


async def test_latency_delays_and_keeps_order(link: Link) -> None:
    """Pieces wait by the dice and do not overtake each other."""
    link.change(Toxic(kind=Kind.LATENCY, delay_s=(0.0, 0.02)))

    assert await (await Caller.to(link)).ask(TEXT) == TEXT
    assert link.bites[Kind.LATENCY] >= 2


@pytest.mark.parametrize("kind", [Kind.RATE, Kind.DRIP])
async def test_a_slow_link_passes_a_part(link: Link, kind: Kind) -> None:
    """Most of what was sent is still under way; when the weather clears all of it arrives."""
    link.change(Toxic(kind=kind, bytes_per_s=20))
    caller = await Caller.to(link)

    with pytest.raises(TimeoutError):
        await caller.ask(TEXT, within_s=0.5)
    link.change(CLEAR)
    assert await asyncio.wait_for(caller.reader.readexactly(len(TEXT)), 5) == TEXT


async def test_reset_cuts_in_the_middle(link: Link) -> None:
    """Some bytes arrive, the rest never does, and the end is a reset."""
    link.change(Toxic(kind=Kind.RESET, after_bytes=1000))
    caller = await Caller.to(link)
    caller.writer.write(TEXT)

    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(caller.reader.readexactly(len(TEXT)), 5)
    assert link.bites[Kind.RESET] == 1


async def test_half_open_accepts_and_says_nothing(link: Link) -> None:
    """A connection can be made, nothing answers, and it ends with the weather."""
    link.change(Toxic(kind=Kind.HALF_OPEN))
    caller = await Caller.to(link)

    with pytest.raises(TimeoutError):
        await caller.ask(b"anybody?", within_s=0.3)
    link.change(CLEAR)
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(caller.reader.readexactly(1), 5)


@pytest.mark.parametrize("kind", [Kind.BLACK_HOLE, Kind.ONE_WAY])
async def test_silence_ends_with_the_weather(link: Link, kind: Kind) -> None:
    """Nothing passes on an open connection; later what was held arrives whole."""
    caller = await Caller.to(link)
    assert await caller.ask(b"hello") == b"hello"
    link.change(Toxic(kind=kind))

    with pytest.raises(TimeoutError):
        await caller.ask(TEXT, within_s=0.3)
    link.change(CLEAR)
    assert await asyncio.wait_for(caller.reader.readexactly(len(TEXT)), 5) == TEXT


async def test_silence_may_end_in_a_cut(link: Link) -> None:
    """A path that was forgotten on the way is dead when the weather clears."""
    caller = await Caller.to(link)
    assert await caller.ask(b"hello") == b"hello"
    link.change(Toxic(kind=Kind.BLACK_HOLE, then_cut=True))
    caller.writer.write(TEXT)
    await asyncio.sleep(0.1)
    link.change(CLEAR)

    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(caller.reader.readexactly(1), 5)


async def test_flips_change_bits_and_no_lengths(link: Link) -> None:
    """As many bytes arrive as were sent, and some of them are others."""
    link.change(Toxic(kind=Kind.FLIP, share=1.0))
    back = await (await Caller.to(link)).ask(TEXT)
    wrong = sum((a ^ b).bit_count() for a, b in zip(TEXT, back, strict=True))

    assert 0 < wrong <= link.bites[Kind.FLIP]


async def test_a_storm_cuts_all_at_once(link: Link) -> None:
    """Every open connection ends, and those made during the storm as well."""
    callers = [await Caller.to(link) for _ in range(5)]
    for caller in callers:
        assert await caller.ask(b"hello") == b"hello"
    link.change(Toxic(kind=Kind.STORM, every_s=0.05))
    callers.append(await Caller.to(link))

    for caller in callers:
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await asyncio.wait_for(caller.reader.readexactly(1), 5)
    link.change(CLEAR)
    assert await (await Caller.to(link)).ask(TEXT) == TEXT


def test_a_flip_is_one_bit() -> None:
    """Exactly one bit differs."""
    for seed in range(50):
        damaged = flip(TEXT, random.Random(seed))
        assert sum((a ^ b).bit_count() for a, b in zip(TEXT, damaged, strict=True)) == 1


def test_the_weather_ends_clear_and_leaves_no_kind_out() -> None:
    """By seed, every kind has its turn within a minute and all links are clear at the end."""
    for seed in range(20):
        changes = make_weather(("a", "b"), seconds=60, seed=seed)

        assert {change.toxic.kind for change in changes} == {*DAMAGES, Kind.CLEAR}
        for name in ("a", "b"):
            mine = [change for change in changes if change.link == name]
            assert [change.at_s for change in mine] == sorted(change.at_s for change in mine)
            assert mine[-1].toxic is CLEAR and mine[-1].at_s <= 60
    assert changes == make_weather(("a", "b"), seconds=60, seed=19)
