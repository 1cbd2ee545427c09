"""Put the last measured figures into the READMEs, between their markers."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.figure import Size
from benchmarks.figures import FIGURES, OUTPUT, read

BEGIN, END = "<!-- figures -->", "<!-- /figures -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page with a table of figures, and the words of that table in the page's language."""

    path: Path
    heading: str
    holds: str
    falls_short: str
    full: str


PAGES: Final = (
    Page(
        path=Path("README.md"),
        heading="| figure | what | target | measured | |",
        holds="holds",
        falls_short="falls short",
        full="full size",
    ),
    Page(
        path=Path("README.zh.md"),
        heading="| 指标 | 内容 | 目标 | 实测 | |",
        holds="达标",
        falls_short="未达标",
        full="完整规模",
    ),
)


def table(rows: list[dict[str, object]], page: Page, standing: str = "") -> str:
    """A row a figure, in the register's order; what a figure is stays in English.

    A figure that these rows do not hold keeps its row of the table that stands there.
    """
    by_name = {str(row["name"]): row for row in rows}
    kept = {line.split("`")[1]: line for line in standing.splitlines() if line.startswith("| `")}
    lines = [page.heading, "|---|---|---|---|---|"]
    for figure in FIGURES:
        row = by_name.get(figure.name)
        if row is None and figure.name in kept:
            lines.append(kept[figure.name])
            continue
        if row is None:
            row = {"measured": None, "holds": False}
        measured = "–" if row["measured"] is None else f"{row['measured']:g} {figure.unit}"
        if row.get("size") == Size.FULL.value:
            measured += f" ({page.full})"
        target = f"{figure.bound.value} {figure.target:g} {figure.unit}"
        verdict = page.holds if row["holds"] else f"**{page.falls_short}**"
        lines.append(f"| `{figure.name}` | {figure.what} | {target} | {measured} | {verdict} |")
    return "\n".join(lines)


def fill(page: str, made: str) -> str:
    """The page with the table between the markers; ValueError when they are missing."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"the markers {BEGIN} and {END} are missing")
    return f"{before}{BEGIN}\n{made}\n{END}{after}"


def main() -> int:
    """Fill the pages from build/figures.json; 1 when there is none."""
    if not OUTPUT.exists():
        print(f"{OUTPUT} is missing: run make figures first", file=sys.stderr)
        return 1
    rows = read(OUTPUT)
    for page in PAGES:
        text = page.path.read_text()
        page.path.write_text(fill(text, table(rows, page, text)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
