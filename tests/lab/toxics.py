"""What a bad link does, and when: a plan by seed. Pure."""

from __future__ import annotations

import enum
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


class Kind(enum.Enum):
    """One way in which a link fails."""

    CLEAR = "clear"
    LATENCY = "latency"  # each piece waits, and not always as long
    RATE = "rate"  # kilobytes a second
    DRIP = "drip"  # single bytes, few a second
    RESET = "reset"  # cut in the middle of a packet, after some bytes
    HALF_OPEN = "half-open"  # new connections are accepted and never answered
    ONE_WAY = "one-way"  # what comes back does not arrive
    BLACK_HOLE = "black hole"  # connections stay and nothing passes
    FLIP = "flip"  # a bit of a byte now and then
    STORM = "storm"  # every connection is cut at once, again and again


DAMAGES: Final = tuple(kind for kind in Kind if kind is not Kind.CLEAR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Toxic:
    """One kind with its measure; fields that a kind does not use are ignored."""

    kind: Kind
    delay_s: tuple[float, float] = (0.0, 0.0)  # LATENCY: least and most
    bytes_per_s: float = 0.0  # RATE, DRIP
    after_bytes: int = 0  # RESET
    share: float = 0.0  # FLIP: of pieces that get one flipped bit
    every_s: float = 0.0  # STORM
    then_cut: bool = False  # BLACK_HOLE, ONE_WAY: at the end the connections are dead


CLEAR: Final = Toxic(kind=Kind.CLEAR)


@dataclass(frozen=True, slots=True)
class Change:
    """From this time on, counted from the start, a link has this toxic."""

    at_s: float
    link: str
    toxic: Toxic


_LASTS_S: Final = (2.0, 5.0)
_LONG_S: Final = (20.0, 40.0)  # longer than a keep-alive
_LONG_SHARE: Final = 0.08
_CLEAR_S: Final = (1.0, 3.0)


def make_weather(
    links: Sequence[str], *, seconds: float, seed: int, with_long: bool = False
) -> tuple[Change, ...]:
    """Toxics for every link until the time is over, then clear; each kind has its turn.

    The kinds are dealt like cards, so that no kind waits for long; links change at different
    times, so that two may be ill at once.
    """
    dice = random.Random(seed)
    changes: list[Change] = []
    ready_at_s = {link: dice.uniform(0.5, 2.0) for link in links}
    deck: list[Kind] = []
    while min(ready_at_s.values()) < seconds:
        link = min(ready_at_s, key=lambda name: ready_at_s[name])
        if not deck:
            deck = list(DAMAGES)
            dice.shuffle(deck)
        begins_s = ready_at_s[link]
        is_long = with_long and dice.random() < _LONG_SHARE
        ends_s = min(begins_s + dice.uniform(*(_LONG_S if is_long else _LASTS_S)), seconds)
        changes.append(Change(begins_s, link, draw(deck.pop(), dice)))
        changes.append(Change(ends_s, link, CLEAR))
        ready_at_s[link] = ends_s + dice.uniform(*_CLEAR_S)
    return tuple(sorted(changes, key=lambda change: change.at_s))


def draw(kind: Kind, dice: random.Random) -> Toxic:
    """A toxic of this kind with a measure by the dice."""
    least_s = dice.uniform(0.02, 0.4)
    drawn = {
        Kind.LATENCY: Toxic(kind=kind, delay_s=(least_s, least_s + dice.uniform(0.0, 0.6))),
        Kind.RATE: Toxic(kind=kind, bytes_per_s=dice.uniform(500, 20_000)),
        Kind.DRIP: Toxic(kind=kind, bytes_per_s=dice.uniform(1, 20)),
        Kind.RESET: Toxic(kind=kind, after_bytes=dice.randrange(1, 4000)),
        Kind.FLIP: Toxic(kind=kind, share=dice.uniform(0.02, 0.3)),
        Kind.STORM: Toxic(kind=kind, every_s=dice.uniform(0.2, 1.0)),
    }
    return drawn.get(kind) or Toxic(kind=kind, then_cut=dice.random() < 0.5)
