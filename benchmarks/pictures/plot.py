"""The table as one PNG: a row a fault, a bar a severity, the competitors' marks beside."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.pictures.expected import GROSS, HARD, PASSIVE
from benchmarks.pictures.result import Faulty, Healthy
from benchmarks.pictures.score import LIGHTS, Caught, score_faults, score_quiet
from simulator.life.injury import Kind, Severity
from simulator.life.sheet import to_png, write_sheet
from simulator.video.caption import letter

_ROW_PX, _LEFT_PX, _BAR_PX = 34, 230, 620
_WIDTH: Final = _LEFT_PX + _BAR_PX + 330
_SHADES: Final = ((178, 206, 232), (84, 146, 200), (22, 76, 136))
_SCRIPT, _FFMPEG, _GOAL = (214, 122, 24), (150, 40, 120), (190, 30, 30)
_GOALS: Final = ((GROSS, 0.98), (PASSIVE, 0.90), (HARD, 0.80))


def draw_plot(path: Path, healthy: Sequence[Healthy], faulty: Sequence[Faulty], note: str) -> None:
    """Write the picture whole or not at all."""
    rows = len(Kind) + len(LIGHTS) + 6
    canvas = np.full((rows * _ROW_PX, _WIDTH, 3), 255, dtype=np.uint8)
    _write(canvas, 8, 8, "ALARM WITHIN 24 H OF THE ONSET: MILD, MEDIUM, SEVERE " + note.upper())
    _write(canvas, 26, 8, "ORANGE: USUAL SCRIPT  PURPLE: FFMPEG SET  RED: GOAL  RIGHT: RIGHT NAME")
    for index, kind in enumerate(Kind, start=2):
        own = [one for one in faulty if one.kind == kind.value and not one.real]
        _draw_fault(canvas[index * _ROW_PX : (index + 1) * _ROW_PX], kind, own)
    top = (len(Kind) + 3) * _ROW_PX
    _write(canvas, top, 8, "ALARMS A 1000 HEALTHY CAMERA-DAYS - 95 % BOUND BY SOURCE")
    for index, light in enumerate((*LIGHTS, "all"), start=1):
        row = score_quiet(healthy, None if light == "all" else light)
        text = (
            f"{light:13}{row.days:7.0f} DAYS {row.sources:3} SOURCES {row.alarms:4} ALARMS"
            f" {row.per_1000:8.1f} BOUND {row.upper_per_1000:8.1f}"
        )
        _write(canvas, top + index * _ROW_PX // 2, 8, text.upper())
    write_sheet(path, to_png(canvas))


def _draw_fault(strip: NDArray[np.uint8], kind: Kind, own: Sequence[Faulty]) -> None:
    _write(strip, 10, 8, kind.value.upper())
    for place, severity in enumerate(Severity):
        row = score_faults([one for one in own if one.severity == severity.name.lower()])
        if row.recall is not None:
            top = 4 + 8 * place
            strip[top : top + 7, _LEFT_PX : _LEFT_PX + 2 + int(row.recall * _BAR_PX)] = _SHADES[
                place
            ]
    row = score_faults([one for one in own if one.severity != Severity.MILD.name.lower()])
    if row.compared:
        _mark(strip, row.script / row.compared, _SCRIPT)
        _mark(strip, row.ffmpeg / row.compared, _FFMPEG)
    for kinds, goal in _GOALS:
        if kind in kinds:
            _mark(strip, goal, _GOAL)
    _write(strip, 10, _LEFT_PX + _BAR_PX + 12, _words(row))


def _words(row: Caught) -> str:
    recall = "-" if row.recall is None else f"{100 * row.recall:.0f}%"
    right = "-" if row.right is None else f"{100 * row.right:.0f}%"
    return f"{recall} OF {row.lives}  NAME {right}"


def _mark(strip: NDArray[np.uint8], share: float, colour: tuple[int, int, int]) -> None:
    at = _LEFT_PX + int(share * _BAR_PX)
    strip[2:30, at : at + 3] = colour


def _write(canvas: NDArray[np.uint8], top: int, left: int, text: str) -> None:
    block = letter(text, 2)
    room = canvas[top : top + block.shape[0], left : left + block.shape[1]]
    room[:] = 255 - block[: room.shape[0], : room.shape[1], None]
