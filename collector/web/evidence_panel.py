"""What a pre-claim holds and lacks, the defect in words, and what was tried: for page and API."""

from __future__ import annotations

from dataclasses import dataclass

from collector import line_file
from collector.claims import completeness
from collector.claims.completeness import Count, Item, Level
from collector.claims.problem import Both
from collector.claims.troubleshooting import tell_check
from collector.describe_line import describe_line
from collector.line_file import LineFile
from collector.line_items import every_item
from collector.store.scope import Role
from collector.store.views.claims import PreClaim
from collector.web import asked_panel
from collector.web.asked_panel import AskedPanel
from collector.web.call import Call


@dataclass(frozen=True, slots=True)
class ItemPanel:
    """The items of a claim, by level."""

    items: tuple[Item, ...]

    @property
    def must(self) -> Count:
        """Of what it must hold."""
        return completeness.count(self.items, Level.MUST)

    @property
    def should(self) -> Count:
        """Of what it should."""
        return completeness.count(self.items, Level.SHOULD)

    def gaps(self, level: str) -> tuple[Item, ...]:
        """What is missing of a level."""
        return tuple(one for one in self.items if one.level.value == level and not one.here)


async def read_file(call: Call, claim: PreClaim) -> LineFile:
    """The line as evidence is judged by."""
    return await call.house.read(
        lambda db: line_file.read(db, call.scope, claim, now=call.now),
    )


def describe(file: LineFile, role: Role) -> Both:
    """The defect in plain words; a distributor is not told of the site's other cameras."""
    return describe_line(file, tells_site=role is not Role.DISTRIBUTOR)


def gaps_of(file: LineFile) -> list[tuple[str, bool]]:
    """The names of what is missing, and whether the claim must have it; an engineer may ask for
    any of it."""
    return [(one.name, one.level is Level.MUST) for one in every_item(file) if not one.here]


async def read_asked(call: Call, file: LineFile) -> AskedPanel:
    """What the agent was asked for, as of now."""
    house = call.house
    return await house.read(
        lambda db: asked_panel.read_asked(
            db, file, policy=house.policy, has_key=house.command_key is not None, now=call.now
        )
    )


async def panel(file: LineFile, call: Call) -> dict[str, object]:
    """What the templates ask for."""
    language = call.voice.language
    return {
        "items": ItemPanel(every_item(file)),
        "description": describe(file, call.known.role),
        "asked": await read_asked(call, file),
        "checks": file.checks,
        "say_check": lambda check: tell_check(check).text(language),
    }
