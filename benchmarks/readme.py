"""Put the last measured figures into the READMEs, between their markers."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.figures import FIGURES, OUTPUT

BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
PAGES = (Path("README.md"),)


def table(rows: list[dict[str, object]]) -> str:
    """A row a figure, in the register's order."""
    by_name = {str(row["name"]): row for row in rows}
    lines = ["| figure | what | target | measured | |", "|---|---|---|---|---|"]
    for figure in FIGURES:
        row = by_name.get(figure.name)
        if row is None:
            continue
        measured = "–" if row["measured"] is None else f"{row['measured']:g} {figure.unit}"
        target = f"{figure.bound.value} {figure.target:g} {figure.unit}"
        verdict = "holds" if row["holds"] else "**falls short**"
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
    made = table(json.loads(OUTPUT.read_text()))
    for page in PAGES:
        page.write_text(fill(page.read_text(), made))
    return 0


if __name__ == "__main__":
    sys.exit(main())
