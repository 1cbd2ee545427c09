"""Ed25519 key files: made at first start with mode 0600, read and checked afterwards."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared import signing


def public_path(path: Path) -> Path:
    """Where the public half of a private key file lies: ``command.pub.pem`` of ``command.pem``."""
    return path.with_name(f"{path.stem}.pub.pem")


def make_key(path: Path) -> Ed25519PrivateKey:
    """Write a new pair; FileExistsError when the file is there, it is never overwritten.

    The private file gets its name when it is whole and on the disk: after a power cut there is a
    key or none, never half of one.
    """
    if path.exists():
        raise FileExistsError(f"{path} exists and is never overwritten")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = Ed25519PrivateKey.generate()
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(signing.private_pem(key))
        file.flush()
        os.fsync(file.fileno())
    public_path(path).write_bytes(signing.public_pem(key.public_key()))
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
    """The key in this file, made when there is none; KeyFileError when it holds something else."""
    if not path.exists():
        return make_key(path)
    key = signing.read_private(path.read_bytes())
    if not public_path(path).exists():
        public_path(path).write_bytes(signing.public_pem(key.public_key()))
    return key
