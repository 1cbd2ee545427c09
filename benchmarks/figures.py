"""Run the promised figures, print one table, put them into build/figures.json.

``ONLY='main.*'`` selects rows, ``LONG=1`` runs the full sizes.
"""

from __future__ import annotations

import fnmatch
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from agent.camera.port import CameraError
from benchmarks import (
    camera_decoder,
    camera_login,
    camera_profiles,
    camera_replies,
    camera_setup,
    camera_streams,
    camera_sweep,
    camera_zoo,
    claims_ledger,
    claims_pack,
    claims_registry,
    durability_chaos,
    durability_herd,
    durability_intake,
    durability_outbox,
    durability_power,
    durability_throughput,
    durability_uplink,
    durability_wire,
    energy_history,
    energy_lives,
    energy_origin,
    energy_replay,
    energy_sink,
    host_lives,
    ircut_figures,
    main_figures,
    picture_figures,
)
from benchmarks.figure import Figure, Size

FIGURES: tuple[Figure, ...] = (
    *main_figures.FIGURES,
    *durability_chaos.FIGURES,
    *durability_outbox.FIGURES,
    *durability_power.FIGURES,
    *durability_intake.FIGURES,
    *durability_herd.FIGURES,
    *durability_wire.FIGURES,
    *durability_throughput.FIGURES,
    *durability_uplink.FIGURES,
    *picture_figures.FIGURES,
    *ircut_figures.FIGURES,
    *camera_profiles.FIGURES,
    *camera_setup.FIGURES,
    *camera_sweep.FIGURES,
    *camera_streams.FIGURES,
    *camera_zoo.FIGURES,
    *camera_replies.FIGURES,
    *camera_decoder.FIGURES,
    *camera_login.FIGURES,
    *energy_lives.FIGURES,
    *energy_history.FIGURES,
    *energy_sink.FIGURES,
    *energy_replay.FIGURES,
    *energy_origin.FIGURES,
    *host_lives.FIGURES,
    *claims_pack.FIGURES,
    *claims_registry.FIGURES,
    *claims_ledger.FIGURES,
)
OUTPUT = Path("build/figures.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure with its result; measured is None when it could not be measured."""

    figure: Figure
    measured: float | None
    made_by: str

    @property
    def holds(self) -> bool:
        """A figure that was not measured does not hold."""
        return self.measured is not None and self.figure.holds(self.measured)


def run(figures: tuple[Figure, ...], size: Size) -> list[Row]:
    """Measure each figure, saying so while it happens."""
    rows = []
    for figure in figures:
        print(f"… {figure.name}: {figure.what}", file=sys.stderr, flush=True)
        began = time.monotonic()
        try:
            got = figure.measure(size)
        except (RuntimeError, OSError, CameraError, subprocess.SubprocessError) as error:
            # A missing counterpart is a row that falls short, not the end of the table.
            rows.append(Row(figure=figure, measured=None, made_by=f"not measured: {error}"))
        else:
            rows.append(Row(figure=figure, measured=got.value, made_by=got.made_by))
        print(f"  {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return rows


def table(rows: list[Row]) -> str:
    """One line a figure: measured, target, holds or falls short."""
    lines = [f"{'figure':34} {'measured':>12} {'target':>12}  verdict       made by"]
    for row in rows:
        figure = row.figure
        measured = "–" if row.measured is None else f"{row.measured:g} {figure.unit}"
        target = f"{figure.bound.value} {figure.target:g} {figure.unit}"
        verdict = "holds" if row.holds else "falls short"
        lines.append(f"{figure.name:34} {measured:>12} {target:>12}  {verdict:12}  {row.made_by}")
    return "\n".join(lines)


def write(rows: list[Row], path: Path, size: Size) -> None:
    """Write the rows for other programs; those of earlier runs stay, each with its commit."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {row["name"]: row for row in read(path)}
    commit = _commit()
    for row in rows:
        kept[row.figure.name] = {
            "name": row.figure.name,
            "measured": row.measured,
            "unit": row.figure.unit,
            "target": f"{row.figure.bound.value} {row.figure.target:g}",
            "holds": row.holds,
            "size": size.value,
            "commit": commit,
            "command": f"make figures ONLY='{row.figure.name}'",
            "what": row.figure.what,
            "how": row.figure.how,
            "made_by": row.made_by,
        }
    ordered = [kept[figure.name] for figure in FIGURES if figure.name in kept]
    part = path.with_suffix(".part")
    part.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n")
    part.replace(path)


def read(path: Path) -> list[dict[str, object]]:
    """The rows measured so far; none when there is no file yet."""
    return json.loads(path.read_text()) if path.exists() else []


def _commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return found.stdout.strip()


def main() -> int:
    """Run what ONLY selects; 1 when a figure falls short."""
    only = os.environ.get("ONLY", "*")
    size = Size.FULL if os.environ.get("LONG", "") not in {"", "0"} else Size.SHORT
    chosen = tuple(figure for figure in FIGURES if fnmatch.fnmatch(figure.name, only))
    if not chosen:
        names = ", ".join(figure.name for figure in FIGURES)
        print(f"ONLY={only!r} selects no figure. There are: {names}", file=sys.stderr)
        return 2
    rows = run(chosen, size)
    write(rows, OUTPUT, size)
    print(table(rows))
    print(f"\nsize: {size.value}; written to {OUTPUT}")
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
