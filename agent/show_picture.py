"""The verb ``picture``: figures, baseline, levels and verdicts of picture files, in a terminal."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from agent import edge
from agent.camera.decoder import Decoder
from agent.diagnosis.levels import Levels
from agent.diagnosis.pictures.figures import LEAST_OF
from agent.diagnosis.pictures.spread import Norm
from agent.diagnosis.rule import Finding, Verdict
from agent.explain_picture import Explained, Own, explain, learn_own
from agent.show import plain, show_table
from agent.show_picture_words import TEXTS, note_of
from shared.catalogue import CATALOGUE
from shared.reading import Quality

_DONE, _FOUND, _UNUSABLE = 0, 1, 2
_MARKS: Final = {"fault": "!", "healthy": "+", "unsure": "?", "unsupported": "-"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    own: Own
    explained: tuple[Explained, ...]


def picture(arguments: argparse.Namespace, out: TextIO) -> int:
    """Explain files; 0: nothing wrong, 1: a fault or an invalid picture, 2: a file is not there."""
    text = TEXTS[arguments.lang]
    try:
        result = asyncio.run(_explain_all(arguments))
        if arguments.map:
            _write_map(Path(arguments.map), result.explained)
    except OSError as error:
        sys.stderr.write(text["no file"].format(path=error.filename, why=error.strerror) + "\n")
        return _UNUSABLE
    if arguments.json:
        json.dump(_as_json(result), out, ensure_ascii=False, indent=1)
        out.write("\n")
    else:
        print("\n\n".join(_show_all(result, arguments.lang)), file=out)
    bad = any(
        not one.is_valid or any(f.verdict is Verdict.FAULT for f in one.findings)
        for one in result.explained
    )
    return _FOUND if bad else _DONE


async def _explain_all(arguments: argparse.Namespace) -> _Result:
    decoder, now = Decoder(), edge.clock()
    try:
        own = await learn_own([Path(name) for name in arguments.reference], decoder, now=now)
        explained = [
            await explain(Path(name), own, decoder, now=now, with_map=bool(arguments.map))
            for name in arguments.files
        ]
    finally:
        await decoder.close()
    return _Result(own=own, explained=tuple(explained))


def _write_map(path: Path, explained: Sequence[Explained]) -> None:
    """Write the map of the last picture that has one; FileExistsError rather than overwrite."""
    for one in reversed(explained):
        if one.picture is not None and one.picture.map:
            with path.open("xb") as file:
                file.write(one.picture.map)
            return


def _show_all(result: _Result, lang: str) -> list[str]:
    parts = []
    if result.own.baselines or result.own.refused:
        parts.append(_show_own(result.own, lang))
    parts += [_show(one, result.own.levels, lang) for one in result.explained]
    return [*parts, TEXTS[lang]["once"]]


def _show_own(own: Own, lang: str) -> str:
    text = TEXTS[lang]
    lines = [
        text["own"].format(
            light=text["lights"][light],
            count=baseline.count,
            wanted=int(Levels().baseline_pictures),
        )
        for light, baseline in own.baselines.items()
    ]
    lines += [
        text["refused"].format(path=plain(path), why=plain(why))
        for path, why in own.refused.items()
    ]
    return "\n".join(lines)


def _show(one: Explained, levels: Levels, lang: str) -> str:
    text = TEXTS[lang]
    if one.picture is None or one.why_filled:
        why = plain(one.why_filled or one.readings[0].detail)
        return str(text["invalid"].format(path=plain(str(one.path)), why=why))
    features = one.picture.features
    head = text["picture"].format(
        path=plain(str(one.path)),
        width=features.width_px,
        height=features.height_px,
        light=text["lights"][one.picture.light],
    )
    lines = [head]
    if not one.is_valid:
        return "\n".join([head, text["damaged"].format(count=one.picture.decode_errors)])
    if one.picture.reference_note:
        lines.append(f"{text['note']}: {note_of(one.picture.reference_note, lang)}")
    lines += [_show_figures(one, levels, lang), *(_show_finding(f, lang) for f in one.findings)]
    return "\n".join(lines)


def _show_figures(one: Explained, levels: Levels, lang: str) -> str:
    rows = []
    for reading in one.readings:
        name = reading.name.removeprefix("picture.")
        if reading.quality is not Quality.GOOD or not reading.name.startswith("picture."):
            continue
        norm = one.norms.get(name)
        low, high = ("", "") if norm is None else _bars(name, norm, levels)
        usual, spread = ("", "") if norm is None else (_number(norm.median), _number(norm.spread))
        value = reading.number()
        shown = plain(str(reading.value)) if value is None else _number(value)
        rows.append([name, shown, usual, spread, low, high])
    return show_table(TEXTS[lang]["columns"], rows)


def _bars(name: str, norm: Norm, levels: Levels) -> tuple[str, str]:
    """Beyond which values the figure has left this camera's own; '' where no rule has a bar."""
    level = LEAST_OF.get(name, "")
    if not level:
        return "", ""
    least, k = float(getattr(levels, level)), levels.own_spreads
    return _number(norm.below(least=least, k=k)), _number(norm.above(least=least, k=k))


def _number(value: float) -> str:
    return f"{value:.4g}"


def _show_finding(finding: Finding, lang: str) -> str:
    text, chinese = TEXTS[lang], lang == "zh"
    entry = CATALOGUE.get(finding.code)
    name = finding.code if entry is None else (entry.name_zh if chinese else entry.name_en)
    summary = finding.summary_zh if chinese else finding.summary_en
    settle = finding.settle_zh if chinese else finding.settle_en
    line = f"  {_MARKS[finding.word]} {text['words'][finding.word]}  {name}: {plain(summary)}"
    return line + (text["settle"].format(what=plain(settle)) if settle else "")


def _as_json(result: _Result) -> dict[str, object]:
    """The same for programs; names are the contract."""
    levels = result.own.levels
    return {
        "references": {light: one.count for light, one in result.own.baselines.items()},
        "refused_references": dict(result.own.refused),
        "pictures": [_picture_as_json(one, levels) for one in result.explained],
    }


def _why_invalid(one: Explained) -> str:
    if one.picture is None or one.why_filled:
        return one.why_filled or one.readings[0].detail
    return (
        TEXTS["en"]["damaged"].format(count=one.picture.decode_errors)
        if one.picture.damaged
        else ""
    )


def _picture_as_json(one: Explained, levels: Levels) -> dict[str, object]:
    return {
        "file": str(one.path),
        "valid": one.is_valid,
        "reason": _why_invalid(one),
        "light": "" if one.picture is None else one.picture.light,
        "damaged": one.picture is not None and one.picture.damaged,
        "figures": {
            reading.name.removeprefix("picture."): reading.value
            for reading in one.readings
            if reading.quality is Quality.GOOD and reading.name.startswith("picture.")
        },
        "baseline": {
            name: {
                "median": norm.median,
                "spread": norm.spread,
                "low": norm.low,
                "high": norm.high,
                "count": norm.count,
                "least_change": float(getattr(levels, LEAST_OF[name])) if LEAST_OF[name] else None,
            }
            for name, norm in one.norms.items()
        },
        "findings": [
            {
                "code": finding.code,
                "verdict": finding.word,
                "summary_en": finding.summary_en,
                "summary_zh": finding.summary_zh,
                "settle_en": finding.settle_en,
                "settle_zh": finding.settle_zh,
            }
            for finding in one.findings
        ],
    }
