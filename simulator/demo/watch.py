"""Watch the collector through its API until every story has its ending."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator.demo.calls import Http
from simulator.demo.cast import Cast, Ending, Role

_BY_DECISION = {
    "not_applicable": Ending.NOT_APPLICABLE,
    "firmware_case": Ending.FIRMWARE_CASE,
}


@dataclass(slots=True)
class Story:
    """What has come of one role so far."""

    role: Role
    injected_at: float | None = None  # time.monotonic()
    seen_at: float | None = None
    endings: list[tuple[Ending, str]] = field(default_factory=list)  # with a word on each
    claim: str = ""

    @property
    def seconds(self) -> float | None:
        """From the fault to what came of it."""
        if self.injected_at is None or self.seen_at is None:
            return None
        return self.seen_at - self.injected_at

    @property
    def as_expected(self) -> bool:
        """True when exactly what had to come has come, and nothing else."""
        kinds = {ending for ending, _ in self.endings}
        wanted = set() if self.role.ending is Ending.HEALTHY else {self.role.ending}
        return kinds == wanted


@dataclass(slots=True)
class Watch:
    """All stories, refreshed from the API."""

    api: Http
    cast: Cast
    stories: dict[str, Story] = field(init=False)
    dark_at: float | None = None

    def __post_init__(self) -> None:
        """Begin with an empty story for every role."""
        self.stories = {role.device_id: Story(role) for role in self.cast.roles}

    def healthy_devices(self) -> int:
        """How many devices stand OK by the collector's word."""
        return sum(
            item["standing"] == "ok" and item["device_id"] in self.stories
            for item in self.api.items("/api/v1/devices")
        )

    def refresh(self) -> list[Story]:
        """Read what the collector made; the stories that got an ending just now."""
        news: list[Story] = []
        now = time.monotonic()
        for device_id, ending, word, claim in self._endings():
            story = self.stories.get(device_id)
            if story is None or (ending, word) in story.endings:
                continue
            story.endings.append((ending, word))
            story.claim = claim or story.claim
            if ending is story.role.ending and story.seen_at is None:
                story.seen_at = now
            news.append(story)
        return news

    def _endings(self) -> Iterator[tuple[str, Ending, str, str]]:
        for item in self.api.items("/api/v1/preclaims"):
            for code in item["codes"]:
                yield self._device(item), Ending.CLAIM, code, item["number"]
        for item in self.api.items("/api/v1/decisions"):
            if ending := _BY_DECISION.get(item["outcome"]):
                yield item["device_id"], ending, item["code"], ""
        for item in self.api.items("/api/v1/tasks"):
            yield item["device_id"], Ending.TASK, item["code"], ""
        for item in self.api.items("/api/v1/incidents"):
            for role in self.cast.at(item["site"]):
                yield role.device_id, Ending.INCIDENT, item["cause"], ""

    def _device(self, claim: dict[str, Any]) -> str:
        for role in self.cast.roles:
            if role.label_serial == claim["serial"]:
                return role.device_id
        return str(claim.get("device_id", ""))

    def is_complete(self) -> bool:
        """True when every role has its ending."""
        return all(story.as_expected for story in self.stories.values())


def wait_until(condition: Callable[[], bool], *, timeout_s: float, every_s: float = 0.3) -> bool:
    """Poll a condition; False when the time is up."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(every_s)
    return condition()
