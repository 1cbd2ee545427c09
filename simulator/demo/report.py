"""The demo's table: device, fault, what was expected, what came, and how soon."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable

from simulator.demo.watch import Story
from simulator.demo.words import name_of, say


def table(stories: Iterable[Story], language: str) -> str:
    """Aligned columns; ✓ where exactly the expected came."""
    rows = [[" ", *(cell.strip() for cell in say("table", language).split("|"))]]
    for story in stories:
        endings = [f"{name_of(ending, language)} {word}" for ending, word in story.endings]
        came = ", ".join(endings) or "–"
        seconds = "–" if story.seconds is None else f"{story.seconds:.1f}"
        rows.append(
            [
                "✓" if story.as_expected else "✗",
                story.role.name,
                story.role.fault or "–",
                name_of(story.role.ending, language),
                came,
                story.claim or "–",
                seconds,
            ]
        )
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def _width(text: str) -> int:
    """Places on screen: Chinese signs take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


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
