"""The agent's own certificate towards the broker."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from agent.delivery.publisher import Broker, Connection
from tests.agent.delivery.tls_pair import write_agent_pair


def connect(cert: Path, key: Path) -> Connection:
    """A connection that has not begun."""
    broker = Broker(host="127.0.0.1", tls=True, cert=cert, key=key)
    return Connection(broker, client_id="agent", will=("topic", b""))


def test_certificate_and_key_are_used(tmp_path: Path) -> None:
    """A pair that fits is taken; a key of another pair is noticed before anything is sent."""
    cert, key = write_agent_pair(tmp_path)
    (tmp_path / "other").mkdir()
    _, other = write_agent_pair(tmp_path / "other")

    assert connect(cert, key)
    with pytest.raises(ssl.SSLError, match="MISMATCH"):
        connect(cert, other)
