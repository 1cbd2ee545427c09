"""Whether a pack holds: each thing that it says of itself, and the first that does not. Pure.

Nothing of a pack is believed before it was checked, and nothing is written to a disk.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from collector.claims.chain import Entry, hash_of
from collector.pack import archive, seal
from collector.pack.archive import ArchiveError
from collector.pack.claim import Claim, ClaimFileError, Statement, read_claim
from collector.pack.files import EVIDENCE
from collector.pack.lists import LogLine, read_log
from collector.pack.telling import manifest_of
from shared import signing
from shared.evidence import Manifest

CLAIM: Final = "claim.json"
LOG: Final = "log.jsonl"


class PackError(ValueError):
    """The pack does not hold; ``file`` is the first that does not, ``wrong`` a key of the words."""

    def __init__(self, file: str, wrong: str, **values: object) -> None:
        self.file = file
        self.wrong = wrong
        self.values = values
        super().__init__(f"{file or 'the pack'}: {wrong}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack that holds: its claim, its files, whose key signed it."""

    claim: Claim
    files: Mapping[str, bytes]
    sha256: str
    signed_by: str  # the collector's fingerprint
    log: tuple[LogLine, ...]
    is_known: bool  # its key is one of those that the reader trusts


def open_pack(content: bytes, *, trusted: Collection[str] | None = None) -> Pack:
    """Check everything; PackError with the first thing that does not hold.

    ``trusted`` are fingerprints of collectors; a pack of any other is refused. None: any key will
    do, and ``is_known`` is False, for whoever made the pack made the key in it.
    """
    try:
        files = archive.read(content)
    except ArchiveError as error:
        raise PackError(error.file, error.wrong, **error.values) from error
    key = _check_seal(files)
    signed_by = seal.fingerprint(key)
    if trusted is not None and signed_by not in trusted:
        raise PackError(seal.KEY, "strange_key", found=signed_by)
    claim = _read_claim(files, signed_by)
    _check_statements(claim, files)
    _check_files(claim, files)
    return Pack(
        claim=claim,
        files=files,
        sha256=seal.sha256_of(content),
        signed_by=signed_by,
        log=_read_log(claim, files),
        is_known=trusted is not None,
    )


def signer_of(content: bytes) -> str:
    """The fingerprint of the collector that sealed the pack; nothing else of it was checked."""
    try:
        return seal.fingerprint(_check_seal(archive.read(content)))
    except ArchiveError as error:
        raise PackError(error.file, error.wrong, **error.values) from error


def _check_seal(files: Mapping[str, bytes]) -> Ed25519PublicKey:
    for name in (seal.SUMS, seal.SIGNATURE, seal.KEY, CLAIM):
        if name not in files:
            raise PackError(name, "missing")
    try:
        sums = seal.read_sums(files[seal.SUMS])
    except seal.SumsError as error:
        raise PackError(seal.SUMS, "unreadable", why=str(error)) from error
    key_holds = sums.get(seal.KEY) == seal.sha256_of(files[seal.KEY])
    try:
        key = signing.read_public(files[seal.KEY])
    except signing.KeyFileError as error:
        raise PackError(seal.KEY, "unreadable", why=str(error)) from error
    if not key_holds:
        raise PackError(seal.KEY, "changed")
    if not seal.holds(files[seal.SUMS], files[seal.SIGNATURE], key):
        raise PackError(seal.SIGNATURE, "bad_seal")
    for name, sha256 in sums.items():
        if name not in files:
            raise PackError(name, "missing")
        if seal.sha256_of(files[name]) != sha256:
            raise PackError(name, "changed")
    for name in sorted(files.keys() - sums.keys() - {seal.SUMS, seal.SIGNATURE}):
        raise PackError(name, "not_listed")
    return key


def _read_claim(files: Mapping[str, bytes], signed_by: str) -> Claim:
    try:
        claim = read_claim(files[CLAIM])
    except ClaimFileError as error:
        raise PackError(CLAIM, "not_schema", why=str(error)) from error
    if claim.made_by.fingerprint != signed_by:
        raise PackError(CLAIM, "other_maker", found=claim.made_by.fingerprint)
    return claim


def _check_statements(claim: Claim, files: Mapping[str, bytes]) -> None:
    """Each agent's signature, and that its manifest is of this serial."""
    for one in claim.statements:
        if one.file not in files:
            raise PackError(one.file, "missing")
        if one.verdict == "verified":
            _check_statement(claim, one, files)


def _check_statement(claim: Claim, told: Statement, files: Mapping[str, bytes]) -> None:
    stem = told.file.removesuffix(".signed")
    message = files[told.file]
    try:
        key = signing.read_public(files[f"{stem}.pub.pem"])
        signature = files[f"{stem}.sig"]
    except (KeyError, signing.KeyFileError) as error:
        raise PackError(f"{stem}.pub.pem", "unreadable", why=str(error)) from error
    if not message.startswith(signing.MANIFEST) or not seal.holds(message, signature, key):
        raise PackError(told.file, "bad_agent_signature", agent=told.agent_id)
    if signing.key_id(key) != told.key_id:
        raise PackError(f"{stem}.pub.pem", "other_key", found=signing.key_id(key))
    manifest = manifest_of(message.removeprefix(signing.MANIFEST))
    if manifest is None or not _is_as_told(manifest, told):
        raise PackError(told.file, "otherwise_told")
    if manifest.label_serial not in ("", claim.unit.serial, *claim.unit.also_called):
        raise PackError(
            told.file, "other_serial", found=manifest.label_serial, claimed=claim.unit.serial
        )


def _is_as_told(manifest: Manifest, told: Statement) -> bool:
    names = tuple(one.sha256 for one in manifest.items)
    return (manifest.agent_id, manifest.label_serial, names) == (
        told.agent_id,
        told.label_serial,
        told.names,
    )


def _check_files(claim: Claim, files: Mapping[str, bytes]) -> None:
    """Every file of evidence is told, and what stands as an agent's is named by one."""
    named = {
        sha256 for one in claim.statements if one.verdict == "verified" for sha256 in one.names
    }
    told = {one.path: one for one in claim.files}
    stems = tuple(one.file.removesuffix("signed") for one in claim.statements)
    for path in sorted(files):
        if "/" in path and path not in told and not path.startswith(stems):
            raise PackError(path, "not_told")
    for path, one in told.items():
        if path not in files:
            raise PackError(path, "missing")
        if seal.sha256_of(files[path]) != one.sha256:
            raise PackError(path, "otherwise_told")
        if path.startswith(f"{EVIDENCE}/") and one.sha256 not in named:
            raise PackError(path, "no_agent")


def _read_log(claim: Claim, files: Mapping[str, bytes]) -> tuple[LogLine, ...]:
    """The event log, each event following from the one before."""
    if LOG not in files:
        raise PackError(LOG, "missing")
    try:
        events = read_log(files[LOG])
    except msgspec.DecodeError as error:
        raise PackError(LOG, "unreadable", why=str(error)) from error
    before = ""
    for event in events:
        if event.prev_hash != before or event.line_id != claim.line or not _is_whole(event):
            raise PackError(LOG, "broken_chain", seq=event.seq)
        before = event.hash
    return events


def _is_whole(event: LogLine) -> bool:
    """Whether its hash is over what it says; one whose payload is withheld cannot be told."""
    if event.payload_json is None:
        return True
    entry = Entry(
        line_id=event.line_id,
        at=event.at,
        actor=event.actor,
        role=event.role,
        type=event.type,
        payload_json=event.payload_json,
    )
    return hash_of(entry, event.prev_hash) == event.hash
