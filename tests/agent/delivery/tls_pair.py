"""Certificates that sign themselves, made for one test."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


def write_server_pair(folder: Path) -> tuple[Path, Path]:
    """A broker's at 127.0.0.1: paths of certificate and key, PEM."""
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    return _write(
        folder,
        file="broker",
        common_name="127.0.0.1",
        extensions=(
            (x509.SubjectAlternativeName([address]), False),
            (x509.BasicConstraints(ca=True, path_length=None), True),
        ),
    )


def write_agent_pair(folder: Path) -> tuple[Path, Path]:
    """An agent's, which names it: paths of certificate and key, PEM."""
    return _write(folder, file="agent", common_name="agent", extensions=())


def _write(
    folder: Path,
    *,
    file: str,
    common_name: str,
    extensions: tuple[tuple[x509.ExtensionType, bool], ...],
) -> tuple[Path, Path]:
    """Valid for two hours around now; ``extensions`` say whether each is critical."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
    )
    for extension, is_critical in extensions:
        builder = builder.add_extension(extension, critical=is_critical)
    certificate = builder.sign(key, SHA256())
    paths = folder / f"{file}.crt", folder / f"{file}.key"
    paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths
