"""Devices behind TLS that nobody vouched for, that changed, or that never finish a handshake."""

from __future__ import annotations

import functools
import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.zoo.behaviour import BEHIND_SOAP, UNREACHABLE, Behaviour, Tls


@functools.cache
def context() -> ssl.SSLContext:
    """A server that shows a certificate of its own making."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camera")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "camera.pem"
        path.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        made.load_cert_chain(path)
    return made


def _animal(
    name: str, does: str, stands_for: str, tls: Tls, *causes: str, **more: Any
) -> Behaviour:
    known: dict[str, Any] = {"spoils": BEHIND_SOAP, "causes": frozenset(causes), "tls": tls}
    return Behaviour(name=name, does=does, stands_for=stands_for, **(known | more))


BEHAVIOURS: Final = (
    _animal("tls_unproven", "shows a certificate that nobody vouched for",
            "almost every camera", Tls.UNPROVEN, "tls.unpinned",
            spoils=tuple(part for part in BEHIND_SOAP if part != "clock."),  # asked without a login
            faults=frozenset({"login.certificate_unproven"})),
    _animal("tls_changed", "shows another certificate than the pinned one",
            "another device at the address", Tls.CHANGED, "tls.changed",
            faults=frozenset({"login.certificate_changed"})),
    _animal("tls_never_begins", "accepts and says nothing", "a hung firmware task",
            Tls.SILENT, "deadline", "tcp.timeout", "tls", faults=frozenset({UNREACHABLE})),
    _animal("tls_garbage", "answers a handshake with noise", "a wrong port forward",
            Tls.GARBAGE, "tls", faults=frozenset({UNREACHABLE})),
)  # fmt: skip
