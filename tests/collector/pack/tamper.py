"""Every way in which a pack is spoiled, for ``verify`` and for the commands of VERIFY.txt."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.pack import archive, seal
from collector.pack.claim import read_claim
from collector.pack.verify_text import commands

STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(3, 35)))


@dataclass(frozen=True, slots=True)
class Spoiled:
    """One pack that must not hold; ``reseals`` when its maker signed it anew with his own key."""

    how: str
    files: Mapping[str, bytes]
    reseals: bool = False


def spoil(files: Mapping[str, bytes]) -> Iterator[Spoiled]:
    """Each file a byte more or less at its beginning, middle and end, removed, renamed, added;
    two files exchanged; another serial; signatures exchanged; all of it signed anew."""
    names = sorted(files)
    for name in names:
        content = files[name]
        for place in sorted({0, len(content) // 2, len(content) - 1}):
            for step in (1, -1):
                spoilt = bytearray(content)
                spoilt[place] = (spoilt[place] + step) % 256
                yield Spoiled(f"{name} {step:+d} at {place}", {**files, name: bytes(spoilt)})
        yield Spoiled(f"{name} removed", {n: files[n] for n in names if n != name})
        renamed = {n: files[n] for n in names if n != name}
        yield Spoiled(f"{name} renamed", {**renamed, f"{name}.old": content})
    yield Spoiled("a file added", {**files, "evidence/99-picture-00000000.jpg": b"\xff\xd8\xff"})
    pictures = [name for name in names if name.startswith("evidence/")][:2]
    if len(pictures) == 2:
        first, second = pictures
        exchanged = {**files, first: files[second], second: files[first]}
        yield Spoiled("two pictures exchanged", exchanged)
    serial = read_claim(files["claim.json"]).unit.serial.encode()
    other = files["claim.json"].replace(serial, serial[:-1] + b"9")
    yield Spoiled("another serial", {**files, "claim.json": other})
    signatures = [name for name in names if name.endswith(".sig") and "/" in name]
    for name in signatures:
        swapped = {**files, name: files[seal.SIGNATURE], seal.SIGNATURE: files[name]}
        yield Spoiled(f"{name} and the seal exchanged", swapped)
    yield Spoiled("sealed anew by a stranger", seal.seal(_bare(files), STRANGER), reseals=True)


def _bare(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {n: c for n, c in files.items() if n not in (seal.SUMS, seal.SIGNATURE, seal.KEY)}


def sealed(files: Mapping[str, bytes], key: Ed25519PrivateKey) -> bytes:
    """These files as a pack that this key has signed, whatever stands in them."""
    return archive.write(seal.seal(_bare(files), key))


def holds_by_shell(files: Mapping[str, bytes], *, told: Mapping[str, bytes]) -> bool:
    """Whether all commands of ``told``'s VERIFY.txt end well in a folder with these files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        script = "\n".join(f"{one} || exit 1" for one in commands(read_claim(told["claim.json"])))
        done = subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, check=False)
    return done.returncode == 0
