"""What holds for every test: the store under test, and that demanded counterparts are there."""

from __future__ import annotations

import logging
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.stores import NAMES, STORES

# No test is judged by the clock: on a busy machine an example may take any time.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
LONGEST = Path(__file__).with_name("long_files.txt").read_text(encoding="utf-8").splitlines()[1:]
DEMANDED = os.environ.get("PRECLAIM_REQUIRE_COUNTERPARTS", "") not in {"", "0"}
_COUNTERPART = re.compile(
    r"(?i)mosquitto|victoria-metrics|chromium|ffmpeg|ffprobe|gstreamer|postgresql|snmpd|counterpart|gi\b"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--store postgresql`` runs the same tests on PostgreSQL."""
    parser.addoption("--store", choices=NAMES, default=NAMES[0], help="the store under test")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the store."""
    STORES.name = config.getoption("--store")


def pytest_unconfigure() -> None:
    """End what the store under test needed."""
    STORES.stop()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about the other store (``@pytest.mark.store("sqlite")``), and put first
    the files that take longest."""
    place = {file: number for number, file in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))
    other = [
        item
        for item in items
        if (mark := item.get_closest_marker("store")) and mark.args[0] != STORES.name
    ]
    if other:
        config.hook.pytest_deselected(items=other)
        items[:] = [item for item in items if item not in other]


@pytest.fixture(autouse=True, scope="module")
def _fresh_stores() -> Iterator[None]:
    """Databases that the tests of a file made go with it."""
    yield
    STORES.drop_all()


@pytest.fixture(autouse=True)
def _loggers_as_they_were() -> Iterator[None]:
    """A command run in-process sets the level of the root logger; the next test logs as before."""
    root = logging.getLogger()
    level = root.level
    yield
    root.setLevel(level)


@pytest.fixture(autouse=True)
def _no_refusals_of_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What verbs for hand remember of refused logins stays within a test, and out of a home."""
    state = tmp_path_factory.getbasetemp() / "state" / secrets.token_hex(8)
    monkeypatch.setenv("XDG_STATE_HOME", str(state))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Turn a skip for want of an independent counterpart into a failure, if they are demanded."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]  # pluggy's result
    if DEMANDED and report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2]
        if _COUNTERPART.search(reason):
            report.outcome = "failed"
            report.longrepr = f"{reason}: this run demands every counterpart"
