"""``python -m agent.diagnosable PAGE...``: put the tables of the code into docs/topologies*.md."""

from __future__ import annotations

import sys
from pathlib import Path

from agent.diagnosable.page import filled


def main() -> None:
    """Rewrite each page; '.zh.md' ends the Chinese one."""
    for name in sys.argv[1:]:
        path = Path(name)
        lang = "zh" if name.endswith(".zh.md") else "en"
        path.write_text(filled(path.read_text(encoding="utf-8"), lang), encoding="utf-8")


if __name__ == "__main__":
    main()
