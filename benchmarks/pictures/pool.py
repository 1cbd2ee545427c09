"""Runs sites on two processes, keeps each result, goes on where an earlier run was stopped."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.pictures.cases import SiteCase
from benchmarks.pictures.result import SiteResult
from benchmarks.pictures.site_run import run_site

WORKERS: Final = 2
KEPT: Final = Path("build/pictures")
_CODE: Final = ("agent", "benchmarks/pictures", "simulator/life", "simulator/video", "shared")


def run_sites(cases: Sequence[SiteCase], *, workers: int = WORKERS) -> list[SiteResult]:
    """Results in the cases' order; those that this very code made before are read."""
    folder = KEPT / _state(cases)
    folder.mkdir(parents=True, exist_ok=True)
    waiting = [case for case in cases if not _file(folder, case).exists()]
    began = time.monotonic()
    for done, name in enumerate(_work(waiting, folder, workers), start=1):
        passed = time.monotonic() - began
        left = passed / done * (len(waiting) - done)
        print(
            f"  {name}: {done} of {len(waiting)} sites, {passed:.0f} s, about {left:.0f} s left",
            file=sys.stderr,
            flush=True,
        )
    return [
        msgspec.json.decode(_file(folder, case).read_bytes(), type=SiteResult) for case in cases
    ]


def _work(cases: Sequence[SiteCase], folder: Path, workers: int) -> Iterator[str]:
    if not cases:
        return
    jobs = [(case, folder) for case in cases]
    if workers == 1:
        yield from map(_run_one, jobs)
        return
    # One thread of numerics a process: two would fight for two cores.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        yield from pool.imap_unordered(_run_one, jobs)


def _run_one(job: tuple[SiteCase, Path]) -> str:
    case, folder = job
    part = _file(folder, case).with_suffix(f".{os.getpid()}.part")
    part.write_bytes(msgspec.json.encode(run_site(case)))
    part.replace(_file(folder, case))
    return case.name


def _file(folder: Path, case: SiteCase) -> Path:
    return folder / f"{case.name}.json"


def _state(cases: Sequence[SiteCase]) -> str:
    """A name for this code and these cases; another code starts anew."""
    root = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256(repr(cases).encode())
    for folder in _CODE:
        for path in sorted((root / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
