"""The agent's own certificate towards the broker."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from agent.delivery.publisher import Broker, Connection


def write_pair(folder: Path) -> tuple[Path, Path]:
    """A certificate and its key, made for this test."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "agent")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .sign(key, SHA256())
    )
    paths = folder / "agent.crt", folder / "agent.key"
    paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


def connect(cert: Path, key: Path) -> Connection:
    """A connection that has not begun."""
    broker = Broker(host="127.0.0.1", tls=True, cert=cert, key=key)
    return Connection(broker, client_id="agent", will=("topic", b""))


def test_certificate_and_key_are_used(tmp_path: Path) -> None:
    """A pair that fits is taken; a key of another pair is noticed before anything is sent."""
    cert, key = write_pair(tmp_path)
    (tmp_path / "other").mkdir()
    _, other = write_pair(tmp_path / "other")

    assert connect(cert, key)
    with pytest.raises(ssl.SSLError, match="MISMATCH"):
        connect(cert, other)
