"""What a site's devices hang on, and the fewest causes that explain what is lost there. Pure.

Power, uplink, gateway, recorder, camera: a device is a leaf, and what it hangs on are nodes. A
node is lost when most of its leaves went at about the same time; of the nodes that are, the one is
the cause that explains most, and among equals the smallest. What went earlier, or alone, is
explained by nothing and stays a fault of its own.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple


class Level(enum.Enum):
    """What kind of node an outage is of, from the top of the tree to its bottom."""

    SITE = "site"
    POWER = "power"
    UPLINK = "uplink"
    PLACE = "place"  # a further site that a hub reaches over one link
    GATEWAY = "gateway"
    RECORDER = "recorder"
    STORM = "storm"  # no node: many sites at once, see ``claims.storm``


class Node(NamedTuple):
    """Something that devices hang on; ``name`` is unique within the site and its level."""

    level: Level
    name: str

    def __str__(self) -> str:
        """How it is kept: 'gateway:agent-farm/gw-1'."""
        return f"{self.level.value}:{self.name}" if self.name else self.level.value


SITE: Final = Node(Level.SITE, "")
_HEIGHT: Final = {level: height for height, level in enumerate(Level)}


@dataclass(frozen=True, slots=True, kw_only=True)
class HangsOn:
    """What an agent says that one of its devices hangs on; '' where nobody said."""

    power: str = ""
    place: str = ""
    gateway: str = ""
    recorder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentState:
    """An agent of the site; one whose data plan closed it is not asked what it knows."""

    id: str
    heard_at: datetime | None  # its last word; None: it never spoke
    promise_s: float  # within which it would speak again
    is_silent: bool = False
    is_closed: bool = False

    def outlived(self, other: AgentState) -> bool:
        """Whether it spoke when the other one should have and did not."""
        if self.heard_at is None or other.heard_at is None:
            return False
        return self.heard_at > other.heard_at + timedelta(seconds=other.promise_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One position: what it hangs on, and since when nothing was heard of it."""

    position_id: int
    agent_id: str
    hangs_on: HangsOn = HangsOn()
    unreachable_since: datetime | None = None  # by collector time of receipt
    is_due: bool = True  # the loss of its whole site would be known by now

    def nodes(self) -> tuple[Node, ...]:
        """All that it hangs on, from the site down."""
        on, agent = self.hangs_on, self.agent_id
        named = (
            (Level.POWER, on.power),
            (Level.PLACE, on.place and f"{agent}/{on.place}"),
            (Level.GATEWAY, on.gateway and f"{agent}/{on.gateway}"),
            (Level.RECORDER, on.recorder and f"{agent}/{on.recorder}"),
        )
        below = tuple(Node(level, name) for level, name in named if name)
        return (SITE, Node(Level.UPLINK, agent), *below)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """When a node is called lost; see ``[site_loss]`` of the policy."""

    share: float
    min_devices: int
    together: timedelta  # two losses further apart than this do not belong together


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A cause: the node, since when, and which positions it took away with it."""

    node: Node
    since: datetime
    lost: Mapping[int, datetime]  # by position, since when
    size: int  # positions that hang on the node
    silent: tuple[str, ...]  # agents of it that speak no more
    is_settled: bool  # nothing that is still awaited could show a higher cause


class _Loss(NamedTuple):
    since: datetime
    is_silent: bool  # it went with its agent, which speaks no more
    is_told: bool  # its agent said that it does not answer
    is_settled: bool


# Of what hangs below an agent only the agent can tell which part is lost.
_TOLD_BY_AGENT: Final = frozenset({Level.POWER, Level.PLACE, Level.GATEWAY, Level.RECORDER})


class Tree:
    """A site as it stands at one moment."""

    def __init__(
        self, leaves: Iterable[Leaf], agents: Iterable[AgentState], *, terms: Terms
    ) -> None:
        self.agents = {agent.id: agent for agent in agents}
        self.leaves = {leaf.position_id: leaf for leaf in leaves}
        self._terms = terms
        self._under: dict[Node, set[int]] = {}
        for leaf in self.leaves.values():
            for node in self._nodes_of(leaf):
                self._under.setdefault(node, set()).add(leaf.position_id)
        self._lost = {
            leaf.position_id: loss
            for leaf in self.leaves.values()
            if (loss := self._loss_of(leaf)) is not None
        }

    def nodes_of(self, position_id: int) -> frozenset[str]:
        """What the position hangs on, as it is kept."""
        return frozenset(str(node) for node in self._nodes_of(self.leaves[position_id]))

    def is_lost(self, position_id: int) -> bool:
        """Whether nothing is heard of the position now."""
        return position_id in self._lost

    def roots(self) -> tuple[Root, ...]:
        """The fewest causes that explain what is lost, the one that explains most first."""
        left = dict(self._lost)
        found: list[Root] = []
        while (best := self._best(left, [root.node for root in found])) is not None:
            found.append(best)
            left = {one: loss for one, loss in left.items() if one not in best.lost}
        has_site = any(root.node == SITE for root in found)
        explained = frozenset(self.agents) if has_site else frozenset[str]()
        return (*found, *self._silent_without_devices(explained))

    def _nodes_of(self, leaf: Leaf) -> tuple[Node, ...]:
        """The agent of a site that has no other is no node beside the site."""
        nodes = leaf.nodes()
        if len(self.agents) > 1:
            return nodes
        return tuple(node for node in nodes if node.level is not Level.UPLINK)

    def _loss_of(self, leaf: Leaf) -> _Loss | None:
        agent = self.agents.get(leaf.agent_id)
        told = leaf.unreachable_since
        if agent is not None and agent.is_silent and agent.heard_at is not None:
            settled = self._is_settled(agent)
            if told is None:
                return _Loss(agent.heard_at, True, False, settled)
            came_with = agent.heard_at - told <= self._terms.together
            return _Loss(min(told, agent.heard_at), came_with, True, settled)
        if told is None or (agent is not None and agent.is_closed):
            return None
        return _Loss(told, False, True, leaf.is_due)

    def _is_settled(self, silent: AgentState) -> bool:
        """Every other agent is silent too, or spoke since: nobody is awaited any more."""
        return all(
            other.is_silent or other.is_closed or other.heard_at is None or other.outlived(silent)
            for other in self.agents.values()
            if other is not silent
        )

    def _best(self, left: Mapping[int, _Loss], used: Sequence[Node]) -> Root | None:
        if not left:
            return None
        roots = [
            root
            for node, under in self._under.items()
            if node not in used and (root := self._judge(node, under, left)) is not None
        ]
        return min(
            roots,
            key=lambda r: (
                -len(r.lost) - len(r.silent),
                r.size,
                -_HEIGHT[r.node.level],
                r.node.name,
            ),
            default=None,
        )

    def _judge(self, node: Node, under: set[int], left: Mapping[int, _Loss]) -> Root | None:
        """The node as a cause of what is left to explain; None when it is none."""
        below = node.level in _TOLD_BY_AGENT
        lost = {one: left[one] for one in under if one in left and (left[one].is_told or not below)}
        together = _together(lost, self._terms.together)
        if not together:
            return None
        last = max(lost[one].since for one in together)
        asked = [
            one
            for one in under
            if one in together or one not in self._lost or self._lost[one].since > last
        ]
        all_silent = not below and all(lost[one].is_silent for one in together)
        if not (all_silent and len(asked) == len(together)) and not self._is_most(
            len(together), len(asked)
        ):
            return None
        if node == SITE and not self._all_agents_agree(together):
            return None
        return Root(
            node=node,
            since=min(lost[one].since for one in together),
            lost={one: lost[one].since for one in together},
            size=len(under),
            silent=() if below else self._silent_among(together),
            is_settled=any(lost[one].is_settled for one in together),
        )

    def _is_most(self, lost: int, asked: int) -> bool:
        return lost >= self._terms.min_devices and lost >= self._terms.share * asked

    def _all_agents_agree(self, together: frozenset[int]) -> bool:
        """The site is the cause only when no agent of it stands well: each is silent, or most of
        its own devices went at the same time."""
        if len(self.agents) <= 1:
            return True
        asked, lost, named = Counter[str](), Counter[str](), Counter[str]()
        for leaf in self.leaves.values():
            named[leaf.agent_id] += 1
            if leaf.position_id in together or leaf.position_id not in self._lost:
                asked[leaf.agent_id] += 1
                lost[leaf.agent_id] += leaf.position_id in together
        return all(
            (agent.is_silent and not named[agent.id])
            or 0 < self._terms.share * asked[agent.id] <= lost[agent.id]
            for agent in self.agents.values()
            if agent.heard_at is not None and not agent.is_closed
        )

    def _silent_among(self, together: Iterable[int]) -> tuple[str, ...]:
        agents = {self.leaves[one].agent_id for one in together if self._lost[one].is_silent}
        return tuple(sorted(agents))

    def _silent_without_devices(self, explained: frozenset[str]) -> tuple[Root, ...]:
        """An agent that never named a device, and is silent, is still an outage."""
        of_devices = {leaf.agent_id for leaf in self.leaves.values()}
        return tuple(
            Root(
                node=SITE if len(self.agents) == 1 else Node(Level.UPLINK, agent.id),
                since=agent.heard_at,
                lost={},
                size=0,
                silent=(agent.id,),
                is_settled=self._is_settled(agent),
            )
            for agent in self.agents.values()
            if agent.is_silent
            and agent.heard_at is not None
            and agent.id not in of_devices | explained
        )


def _together(lost: Mapping[int, _Loss], gap: timedelta) -> frozenset[int]:
    """The largest run of losses that followed each other within ``gap``; of equals the later."""
    runs: list[list[int]] = []
    before: datetime | None = None
    for one in sorted(lost, key=lambda one: lost[one].since):
        if before is None or lost[one].since - before > gap:
            runs.append([])
        runs[-1].append(one)
        before = lost[one].since
    if not runs:
        return frozenset()
    longest = max(reversed(runs), key=len)
    return frozenset(longest)
