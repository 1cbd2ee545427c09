"""The bar above every page."""

from __future__ import annotations

import pytest

from collector.store.scope import Role
from collector.web.navigation import GROUPS, menu_for
from collector.web.routes import ROUTES

LINKS = [link for group in GROUPS for link in group.links]


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.key)
def test_it_shows_a_page_to_those_whom_the_page_admits(link):
    """Nobody is led to a closed door, and nobody misses a page that is theirs."""
    (route,) = (r for r in ROUTES if r.method == "GET" and r.path == link.place)
    assert link.roles == (frozenset(Role) if route.admits is None else route.admits)


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.key)
def test_each_page_is_found_in_one_group(role, link):
    """The open group and the open page are marked once, for whoever may open it."""
    menu = menu_for(role, link.place)
    marked = [entry for entry in menu.groups if entry.is_here]
    assert len(marked) == (1 if role in link.roles else 0)
    assert [page.key for page in menu.pages if page.is_here] in ([], [link.key])


def test_what_lies_beneath_a_page_belongs_to_it():
    """One device stands under the devices; a page with a longer name does not stand under
    another's shorter one."""
    assert [e.key for e in menu_for(Role.ADMIN, "/devices/7").pages if e.is_here] == ["devices"]
    assert not any(e.is_here for e in menu_for(Role.ADMIN, "/devices-of-others").groups)


def test_the_bar_holds_few_groups():
    """Six words fit beside the name of the product at 1280 pixels, in the longer language."""
    assert len(menu_for(Role.ADMIN, "/").groups) <= 6
