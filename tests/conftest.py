"""What holds for every test: where counterparts are demanded, their absence is a failure."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest

DEMANDED = os.environ.get("PRECLAIM_REQUIRE_COUNTERPARTS", "") not in {"", "0"}
_COUNTERPART = re.compile(r"(?i)mosquitto|chromium|ffmpeg|ffprobe|gstreamer|counterpart|gi\b")


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
