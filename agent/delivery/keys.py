"""Key files: the agent's private evidence key, made at first start, and public keys it trusts."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared import signing


def public_path(private: Path) -> Path:
    """Where the public half lies: ``agent.pem`` has ``agent.pub.pem`` beside it."""
    return private.with_name(private.stem + ".pub.pem")


def make_key(path: Path) -> Ed25519PrivateKey:
    """Write a new private key (mode 0600) and its public half; FileExistsError when there is one.

    The public file is written first: a crash between the two leaves no key without its half. The
    private file gets its name when it is whole: after a power cut there is a key or none.
    """
    if path.exists():
        raise FileExistsError(f"{path} exists and is never overwritten")
    key = Ed25519PrivateKey.generate()
    path.parent.mkdir(parents=True, exist_ok=True)
    public_path(path).write_bytes(signing.public_pem(key.public_key()))
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(signing.private_pem(key))
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    _sync_names(path.parent)
    return key


def _sync_names(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def load_or_make(path: Path) -> Ed25519PrivateKey:
    """Read the private key, or make it at first start; KeyFileError when the file is no key."""
    try:
        key = signing.read_private(path.read_bytes())
    except FileNotFoundError:
        return make_key(path)
    beside = public_path(path)
    if not beside.exists():
        beside.write_bytes(signing.public_pem(key.public_key()))
    return key


def load_public(path: Path) -> Ed25519PublicKey:
    """Read a public key; KeyFileError when the file is none, OSError when it cannot be read."""
    return signing.read_public(path.read_bytes())
