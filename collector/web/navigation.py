"""The pages in the bar above every page: groups, and the pages of the group that is open. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from collector.store.scope import Role

SITE: Final = frozenset({Role.ADMIN, Role.FACTORY_ENGINEER, Role.INTEGRATOR})
OPERATORS: Final = frozenset({Role.ADMIN, Role.FACTORY_ENGINEER})
ADMIN: Final = frozenset({Role.ADMIN})
ALL: Final = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Link:
    """A page, the key of its name, who has it, and what else lies beneath it."""

    place: str
    key: str
    roles: frozenset[Role] = ALL
    also: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Whether a path is this page or one beneath it."""
        return any(
            path == place or path.startswith(f"{place.rstrip('/')}/")
            for place in (self.place, *self.also)
            if place != "/" or path == "/"
        )


@dataclass(frozen=True, slots=True)
class Group:
    """What one person does at one time; its own link is the first page that a role has."""

    key: str
    links: tuple[Link, ...]


GROUPS: Final = (
    Group("today", (Link("/", "today"),)),
    Group(
        "preclaims",
        (
            Link("/preclaims", "preclaims", also=("/cases",)),
            Link("/review", "review", OPERATORS),
            Link("/firmware-cases", "firmware_cases", also=("/compatibility",)),
            Link("/dismissed", "dismissed", SITE),
        ),
    ),
    Group(
        "fleet",
        (
            Link("/devices", "devices", SITE),
            Link("/incidents", "incidents", SITE),
            Link("/tasks", "tasks", SITE),
            Link("/silences", "silences", SITE),
            Link("/agents", "agents", SITE),
        ),
    ),
    Group("registry", (Link("/registry", "registry"),)),
    Group(
        "quality",
        (
            Link("/trends", "trends"),
            Link("/trust", "trust", SITE, also=("/verdicts",)),
            Link("/origins", "origins", SITE),
        ),
    ),
    Group("house", (Link("/people", "people", ADMIN), Link("/letters", "letters", ADMIN))),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A link as the bar shows it."""

    place: str
    key: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """The groups, and the pages of the open one; () where it has only one."""

    groups: tuple[Entry, ...]
    pages: tuple[Entry, ...]


def menu_for(role: Role, path: str) -> Menu:
    """What somebody of this role sees above the page at ``path``."""
    groups: list[Entry] = []
    pages: tuple[Entry, ...] = ()
    for group in GROUPS:
        links = [link for link in group.links if role in link.roles]
        if not links:
            continue
        entries = tuple(Entry(link.place, link.key, link.holds(path)) for link in links)
        is_open = any(entry.is_here for entry in entries)
        groups.append(Entry(links[0].place, group.key if len(links) > 1 else links[0].key, is_open))
        if is_open and len(entries) > 1:
            pages = entries
    return Menu(groups=tuple(groups), pages=pages)
