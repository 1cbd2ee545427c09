"""A fleet that returns: 10,000 agents after an outage, on the agent's own back-off code.

A discrete-event simulation with a clock of its own and seeded jitter; what decides when an agent
tries, starts over and sends is ``agent.delivery.backoff``, not a copy of it. The broker completes
200 connections a second. A connection that finds its listen queue full is answered by nothing, as
Linux does: the client's kernel sends the SYN again after 1 and 3 s and paho gives up after 5 s.
"""

from __future__ import annotations

import functools
import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from agent.delivery.backoff import Backoff, Pause
from benchmarks.figure import Bound, Figure, Measurement, Size

AGENTS: Final = 10_000
OUTAGE_S: Final = 300.0
CAPACITY: Final = 200.0  # connections that the broker completes in a second
LISTEN_QUEUE: Final = 100  # Mosquitto calls listen(100)
SYN_AGAIN_S: Final = (1.0, 3.0)  # Linux' first retransmissions of a SYN
GIVE_UP_S: Final = 5.0  # paho's connect_timeout
HORIZON_S: Final = 3600.0
SEED: Final = 20_260_601
_DETECTED_S: Final = 1.0  # a reset reaches every agent within this second
_RECEIPT_S: Final = 0.2
_ROWS: Final = 20  # kept by each agent through the outage, in two bursts: a receipt between them
_ROWS_PER_S: Final = 2000.0  # what the collector commits
_BUSY_S: Final = 2.0  # rows that wait longer than this make it ask agents to wait


class Waits(Protocol):
    """What decides how long an agent waits before it tries again."""

    def next_delay_s(self) -> float:
        """Seconds before the next try."""

    def reset(self) -> None:
        """The far end answered."""


class PahoBuiltIn:
    """paho's own waiting: 1, 2, 4 .. 120 s, no jitter (paho-mqtt 2.1, ``_reconnect_wait``)."""

    def __init__(self) -> None:
        self._delay_s = 0.0

    def next_delay_s(self) -> float:
        """Twice the last one."""
        self._delay_s = min(2 * self._delay_s, 120.0) if self._delay_s else 1.0
        return self._delay_s

    def reset(self) -> None:
        """Connected: begin at one second again."""
        self._delay_s = 0.0


@dataclass(slots=True)
class Return:
    """How a fleet came back."""

    agents: int
    back: int = 0
    last_back_s: float = 0.0  # after the broker returned
    attempts: list[int] = field(default_factory=list)
    refused: int = 0  # after the return: the queue was full until paho gave up
    knocks: Counter[int] = field(default_factory=Counter)  # by second after the return, SYNs all
    asked_to_wait: int = 0
    early_rows: int = 0  # published although the collector had asked to wait

    @property
    def peak(self) -> int:
        """The most SYNs that reached the broker within one second after its return."""
        return max(self.knocks.values(), default=0)


class Fleet:
    """Agents, a broker and a collector on one time line; zero is when the broker dies."""

    def __init__(
        self, waits: Callable[[Callable[[], float]], Waits], *, agents: int, outage_s: float
    ) -> None:
        self._random = random.Random(SEED)
        self._waits = [waits(self._random.random) for _ in range(agents)]
        self._pauses = [Pause() for _ in range(agents)]
        self._outage_s = outage_s
        self._order = itertools.count()
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._broker_free_s = outage_s  # when it has taken all that stand in its queue
        self._collector_free_s = outage_s
        self.came = Return(agents=agents, attempts=[0] * agents)

    def run(self) -> Return:
        """Play until all are back, or the horizon."""
        for agent in range(self.came.agents):
            self._lose(agent, self._random.random() * _DETECTED_S)
        while self._events and self._events[0][0] < self._outage_s + HORIZON_S:
            at_s, _, act = heapq.heappop(self._events)
            act(at_s)
        return self.came

    def _at(self, at_s: float, act: Callable[[float], None]) -> None:
        heapq.heappush(self._events, (at_s, next(self._order), act))

    def _lose(self, agent: int, at_s: float) -> None:
        """The connection had lasted for days when it ended."""
        waits = self._waits[agent]
        if isinstance(waits, Backoff):
            waits.connection_ended(lasted_s=86_400.0)
        self._try_later(agent, at_s)

    def _try_later(self, agent: int, at_s: float) -> None:
        delay_s = self._waits[agent].next_delay_s()
        self._at(at_s + delay_s, functools.partial(self._attempt, agent))

    def _attempt(self, agent: int, at_s: float) -> None:
        self.came.attempts[agent] += 1
        if at_s < self._outage_s:
            self._try_later(agent, at_s)  # refused at once: nobody listens
            return
        self._knock(agent, at_s, began_s=at_s, again=SYN_AGAIN_S)

    def _knock(self, agent: int, at_s: float, *, began_s: float, again: tuple[float, ...]) -> None:
        """One SYN: taken into the queue, or lost."""
        self.came.knocks[int(at_s - self._outage_s)] += 1
        self._broker_free_s = max(self._broker_free_s, at_s)
        if (self._broker_free_s - at_s) * CAPACITY < LISTEN_QUEUE:
            self._broker_free_s += 1 / CAPACITY
            self._at(self._broker_free_s, functools.partial(self._connected, agent))
            return
        if not again:
            self.came.refused += 1
            self._at(began_s + GIVE_UP_S, functools.partial(self._gave_up, agent))
            return
        rest = again[1:]
        knock = functools.partial(self._knock_again, agent, began_s, rest)
        self._at(began_s + again[0], knock)

    def _knock_again(
        self, agent: int, began_s: float, again: tuple[float, ...], at_s: float
    ) -> None:
        self._knock(agent, at_s, began_s=began_s, again=again)

    def _gave_up(self, agent: int, at_s: float) -> None:
        self._try_later(agent, at_s)

    def _connected(self, agent: int, at_s: float) -> None:
        self.came.back += 1
        self.came.last_back_s = at_s - self._outage_s
        if isinstance(self._waits[agent], PahoBuiltIn):
            self._waits[agent].reset()
        self._send(agent, at_s)

    def _send(self, agent: int, at_s: float) -> None:
        """Publish half of what was kept; the collector's receipt comes when it has committed."""
        if self._pauses[agent].holds(at_s):
            self.came.early_rows += _ROWS // 2
        self._pauses[agent].sent()
        self._collector_free_s = max(self._collector_free_s, at_s) + _ROWS / 2 / _ROWS_PER_S
        self._at(self._collector_free_s + _RECEIPT_S, functools.partial(self._receipted, agent))

    def _receipted(self, agent: int, at_s: float) -> None:
        waits, pause = self._waits[agent], self._pauses[agent]
        waits.reset()
        behind_s = self._collector_free_s - at_s
        retry_after_s = behind_s if behind_s > _BUSY_S else 0.0
        self.came.asked_to_wait += retry_after_s > 0
        pause.ask(retry_after_s, now_s=at_s)
        self._at(at_s, functools.partial(self._send_rest, agent))

    def _send_rest(self, agent: int, at_s: float) -> None:
        """The dispatcher's tick: look once a second whether sending is allowed again."""
        if self._pauses[agent].holds(at_s):
            self._at(at_s + 1.0, functools.partial(self._send_rest, agent))
            return
        self._collector_free_s = max(self._collector_free_s, at_s) + _ROWS / 2 / _ROWS_PER_S


def _ours(jitter: Callable[[], float]) -> Waits:
    return Backoff(jitter=jitter)


def _pahos(_: Callable[[], float]) -> Waits:
    return PahoBuiltIn()


@functools.cache
def _returns() -> tuple[Return, Return, Return]:
    """Ours after the outage, paho's built-in after the same, ours after one of two seconds."""
    return (
        Fleet(_ours, agents=AGENTS, outage_s=OUTAGE_S).run(),
        Fleet(_pahos, agents=AGENTS, outage_s=OUTAGE_S).run(),
        Fleet(_ours, agents=AGENTS, outage_s=2.0).run(),
    )


def _in_words(name: str, came: Return) -> str:
    mean = sum(came.attempts) / came.agents
    return (
        f"{name}: {came.back} of {came.agents} back, the last after {came.last_back_s:.0f} s, peak"
        f" {came.peak}/s, attempts per agent {mean:.1f} (most {max(came.attempts)}),"
        f" {came.refused} gave up at a full queue"
    )


def _made_by() -> str:
    ours, pahos, short = _returns()
    asked = f"{ours.asked_to_wait} asked to wait by a receipt, {ours.early_rows} rows sent early"
    return "; ".join(
        (
            _in_words("agent.delivery.backoff", ours) + f", {asked}",
            _in_words("paho's built-in", pahos),
            _in_words("ours after a 2 s outage", short),
            f"seed {SEED}",
        )
    )


def _back(_: Size) -> Measurement:
    ours = _returns()[0]
    value = ours.last_back_s if ours.back == ours.agents else HORIZON_S
    return Measurement(value=round(value, 1), made_by=_made_by())


def _peak(_: Size) -> Measurement:
    return Measurement(value=round(_returns()[0].peak / CAPACITY, 3), made_by=_made_by())


_HOW = (
    "10,000 agents on agent.delivery.backoff in a discrete-event simulation with seeded jitter,"
    " 300 s outage, a broker that completes 200 connections a second behind a listen queue of 100"
)
FIGURES: tuple[Figure, ...] = (
    Figure(
        name="durability.herd_back_s",
        what="10,000 agents after a 5 min outage: seconds until all are back",
        unit="s",
        bound=Bound.AT_MOST,
        target=300,
        how=_HOW,
        measure=_back,
    ),
    Figure(
        name="durability.herd_peak",
        what="the same: peak connection attempts per second over the broker's capacity",
        unit="×",
        bound=Bound.AT_MOST,
        target=2,
        how=_HOW,
        measure=_peak,
    ),
)
