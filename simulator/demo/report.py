"""The demo's table: device, fault, what was expected, what came, and how soon."""

from __future__ import annotations

import json
from collections.abc import Iterable

from simulator.demo.watch import Story


def table(stories: Iterable[Story], heading: str) -> str:
    """Aligned columns; ✓ where exactly the expected came."""
    rows = [[" ", *(cell.strip() for cell in heading.split("|"))]]
    for story in stories:
        came = ", ".join(f"{ending.value} {word}" for ending, word in story.endings) or "–"
        seconds = "–" if story.seconds is None else f"{story.seconds:.1f}"
        rows.append(
            [
                "✓" if story.as_expected else "✗",
                story.role.name,
                story.role.fault or "–",
                story.role.ending.value,
                came,
                story.claim or "–",
                seconds,
            ]
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def as_json(stories: Iterable[Story], strangers: Iterable[str]) -> str:
    """The same for programs; ``strangers`` is what came and belongs to no story."""
    rows = [
        {
            "device_id": story.role.device_id,
            "label_serial": story.role.label_serial,
            "fault": story.role.fault,
            "expected": story.role.ending.value,
            "code": story.role.code,
            "came": [{"ending": ending.value, "code": code} for ending, code in story.endings],
            "as_expected": story.as_expected,
            "number": story.claim,
            "seconds": story.seconds,
        }
        for story in stories
    ]
    found = {"stories": rows, "strangers": sorted(strangers)}
    return json.dumps(found, ensure_ascii=False, indent=1)
