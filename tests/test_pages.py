"""The pages for people: each exists in English and Chinese, with the same parts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.readme import PAGES, fill, table

ROOT = Path(__file__).parents[1]
PAIRS = [
    ("README.md", "README.zh.md"),
    ("docs/operations.md", "docs/operations.zh.md"),
    ("docs/topologies.md", "docs/topologies.zh.md"),
    ("docs/origins.md", "docs/origins.zh.md"),
]


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_a_translation_has_the_same_parts(english: str, chinese: str) -> None:
    """Headings, table rows, list items and commands: none is missing on either side."""
    one, other = ((ROOT / name).read_text(encoding="utf-8") for name in (english, chinese))

    for part in (r"^#+ ", r"^\|(?! `)", r"^(?:- |\d\. )", r"^```"):
        found = [len(re.findall(part, text, re.MULTILINE)) for text in (one, other)]
        assert found[0] == found[1], part
    assert _commands(one) <= _commands(other)


@pytest.mark.parametrize("page", [name for pair in PAIRS for name in pair])
def test_every_link_leads_to_a_file(page: str) -> None:
    """No page points at something that is not in the repository."""
    path = ROOT / page
    links = re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8"))

    assert links
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_both_readmes_take_the_figures() -> None:
    """The markers are there, and the table has a heading in the page's language."""
    row = {"name": "missing", "measured": 1.0, "holds": True}

    assert {page.path.name for page in PAGES} == {"README.md", "README.zh.md"}
    for page in PAGES:
        made = table([row], page)
        assert made.startswith(page.heading)
        assert page.heading in fill((ROOT / page.path).read_text(encoding="utf-8"), made)


def _commands(text: str) -> set[str]:
    """The commands of ours that a page shows, by their first two words."""
    return set(re.findall(r"\b(?:preclaim-\w+ [a-z][a-z-]+|make [a-z]+)", text))
