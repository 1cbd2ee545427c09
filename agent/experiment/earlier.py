"""What is kept of a device's earlier tests: proof that it obeys, and how both positions look."""

from __future__ import annotations

import msgspec

from agent.experiment.look import Look
from shared.moment import Moment


class Earlier(msgspec.Struct, frozen=True, array_like=True):
    """A test in which the filter moved; stored, so fields are only appended."""

    at: Moment
    firmware: str
    look_in: Look
    look_out: Look
    pattern: float  # change of the order of bright and dark places
    sun_elevation_deg: float | None = None
    view: bytes = b""  # the picture's own reference, as the decoder child makes and reads it


class TestMemory(msgspec.Struct, frozen=True, array_like=True):
    """All that is kept; stored, so fields are only appended."""

    __test__ = False  # no test of pytest's

    moved: Earlier | None = None
    dark_at: Moment | None = None  # a night test: commanded in, the picture went dark
    dark_firmware: str = ""
    verdict: str = ""  # of the last test
    verdict_at: Moment | None = None
