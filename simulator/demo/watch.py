"""Watch the collector through its API until every story has its ending."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from simulator.demo.calls import Http
from simulator.demo.cast import Cast, Ending, Role

_BY_DECISION = {
    "not_applicable": Ending.NOT_APPLICABLE,
    "firmware_case": Ending.FIRMWARE_CASE,
}


@dataclass(frozen=True, slots=True)
class Made:
    """One thing that the collector made of a device's fault; ``key`` names it for good."""

    key: str
    device_id: str
    ending: Ending
    code: str
    number: str = ""


@dataclass(slots=True)
class Story:
    """What has come of one role so far."""

    role: Role
    injected_at: float | None = None  # time.monotonic()
    seen_at: float | None = None
    endings: list[tuple[Ending, str]] = field(default_factory=list)  # with the code or cause
    claim: str = ""

    @property
    def seconds(self) -> float | None:
        """From the fault to what came of it."""
        if self.injected_at is None or self.seen_at is None:
            return None
        return self.seen_at - self.injected_at

    @property
    def as_expected(self) -> bool:
        """True when exactly the right thing has come, by its right name, and only once."""
        wanted = [] if self.role.ending is Ending.HEALTHY else [(self.role.ending, self.role.code)]
        return self.endings == wanted


@dataclass(slots=True)
class Watch:
    """All stories, refreshed from the API."""

    api: Http
    cast: Cast
    stories: dict[str, Story] = field(init=False)
    dark_at: float | None = None
    strangers: set[str] = field(default_factory=set)  # what came and belongs to no role
    _told: set[str] = field(default_factory=set)

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
        for what in self._made():
            if what.key in self._told:
                continue
            self._told.add(what.key)
            story = self.stories.get(what.device_id)
            if story is None:
                self.strangers.add(what.key)
                continue
            story.endings.append((what.ending, what.code))
            story.claim = what.number or story.claim
            if what.ending is story.role.ending and story.seen_at is None:
                story.seen_at = now
            news.append(story)
        return news

    def _made(self) -> Iterator[Made]:
        for item in self.api.items("/api/v1/preclaims"):
            for code in item["codes"]:
                device_id, number = self._device_of(item["serial"]), item["number"]
                yield Made(f"claim {number} {code}", device_id, Ending.CLAIM, code, number)
        for item in self.api.items("/api/v1/decisions"):
            if ending := _BY_DECISION.get(item["outcome"]):
                yield Made(f"decision {item['id']}", item["device_id"], ending, item["code"])
        for item in self.api.items("/api/v1/tasks"):
            yield Made(f"task {item['id']}", item["device_id"], Ending.TASK, item["code"])
        for item in self.api.items("/api/v1/incidents"):
            roles = self.cast.at(item["site"])
            for device_id in [role.device_id for role in roles] or [""]:
                key = f"incident {item['id']} {device_id}"
                yield Made(key, device_id, Ending.INCIDENT, item["cause"])

    def _device_of(self, serial: str | None) -> str:
        """The role with this label serial; '' for a serial that nobody in the cast has."""
        found = (role.device_id for role in self.cast.roles if role.label_serial == serial)
        return next(found, "")

    def is_complete(self) -> bool:
        """True when every role has its ending, and nothing belongs to a stranger."""
        return not self.strangers and all(story.as_expected for story in self.stories.values())


def wait_until(condition: Callable[[], bool], *, timeout_s: float, every_s: float = 0.3) -> bool:
    """Poll a condition; False when the time is up."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(every_s)
    return condition()
