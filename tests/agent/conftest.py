"""Fixtures that all of the agent's tests may use."""

from tests.agent.delivery.conftest import mosquitto

__all__ = ["mosquitto"]
