"""Certificates of cameras, made and measured by the ``openssl`` program: not by our own code."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

OPENSSL = shutil.which("openssl")


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, and what openssl says its fingerprint is."""

    certificate: Path
    key: Path

    @property
    def fingerprint(self) -> str:
        """As openssl prints it: capitals and colons, without a prefix."""
        said = run("x509", "-in", str(self.certificate), "-noout", "-fingerprint", "-sha256")
        return said.strip().partition("=")[2]

    @property
    def pin(self) -> str:
        """The same in the form of the configuration."""
        return "sha256:" + self.fingerprint.replace(":", "").lower()

    def server(self) -> ssl.SSLContext:
        """A server that shows it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def run(*arguments: str) -> str:
    """Call openssl; what it printed."""
    assert OPENSSL is not None
    done = subprocess.run([OPENSSL, *arguments], capture_output=True, check=True, text=True)
    return done.stdout


def self_signed(folder: Path, name: str = "camera") -> Pair:
    """What a camera makes at its first start."""
    pair = Pair(folder / f"{name}.crt", folder / f"{name}.key")
    run(
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", f"/CN={name}"),
        *("-keyout", str(pair.key), "-out", str(pair.certificate)),
    )
    return pair


def signed(folder: Path, authority: Pair, *, address: str, name: str = "signed") -> Pair:
    """What an owner's authority has signed for an address."""
    pair, request = Pair(folder / f"{name}.crt", folder / f"{name}.key"), folder / f"{name}.csr"
    names = folder / f"{name}.ext"
    names.write_text(f"subjectAltName=IP:{address}\n")
    run(
        *("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}"),
        *("-keyout", str(pair.key), "-out", str(request)),
    )
    run(
        *("x509", "-req", "-in", str(request), "-days", "30", "-extfile", str(names)),
        *("-CA", str(authority.certificate), "-CAkey", str(authority.key), "-CAcreateserial"),
        *("-out", str(pair.certificate)),
    )
    return pair
