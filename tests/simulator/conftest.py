"""Fixtures shared by the simulator's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from simulator.camera import SimulatedCamera
from tests.simulator.specs import camera_spec


@pytest.fixture
async def camera() -> AsyncIterator[SimulatedCamera]:
    """A healthy solar camera."""
    async with SimulatedCamera(camera_spec()) as running:
        yield running
