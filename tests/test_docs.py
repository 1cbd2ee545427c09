"""The documentation says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from agent.diagnosis import RULES
from agent.experiment.telling import CODES
from benchmarks.figures import FIGURES
from shared.catalogue import ENTRIES

ROOT = Path(__file__).parents[1]
FAULTS = (ROOT / "docs" / "faults.md").read_text()


def test_each_fault_says_whether_it_is_detected() -> None:
    """docs/faults.md says 'detected: yes' exactly where a rule or an active test is."""
    said = dict(re.findall(r"^## `([^`]+)`.*?detected: (yes|not yet)", FAULTS, re.M | re.S))
    rules = {rule.code for rule in RULES} | set(CODES.values())
    assert said == {e.code: "yes" if e.code in rules else "not yet" for e in ENTRIES}


def test_every_page_that_is_linked_exists() -> None:
    """Links between the pages of this repository lead somewhere."""
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_readme_has_its_figures() -> None:
    """The README quotes every promised figure; `make figures readme-figures` puts them there."""
    quoted = re.findall(r"^\| `([a-z]+\.[a-z0-9_]+)`", (ROOT / "README.md").read_text(), re.M)
    assert quoted == [figure.name for figure in FIGURES]


def test_every_figure_that_a_page_names_is_measured() -> None:
    """A page that leans on a figure names a row of `make figures`."""
    known = {figure.name for figure in FIGURES}
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        named = set(re.findall(r"\b(?:main|durability)\.[a-z][a-z0-9_]*", page.read_text()))
        assert not {name for name in named if not name.endswith(".py")} - known, page.name


def test_each_decision_stands_once_and_in_order() -> None:
    """Numbers run from 1 without a gap, and no title comes twice: a merge left some behind."""
    text = (ROOT / "docs" / "decisions.md").read_text()
    found = re.findall(r"^(\d+)\. \*\*(.+?)\*\*", text, re.M)
    assert [int(number) for number, _ in found] == list(range(1, len(found) + 1))
    assert len(found) == len(re.findall(r"^\d+\. ", text, re.M))
    assert len({title for _, title in found}) == len(found)
