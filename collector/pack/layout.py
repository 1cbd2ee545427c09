"""Which files a pack holds. Pure: facts in, bytes by name out; the same facts, the same bytes."""

from __future__ import annotations

import msgspec

from collector.pack.claim import write_claim
from collector.pack.facts import PackFacts
from collector.pack.lists import write_log, write_peers, write_series, write_transcripts
from collector.pack.telling import manifest_of
from collector.pack.verify_text import write_verify
from collector.store.views.pack import SignedRow
from shared import signing


def lay_out(facts: PackFacts, *, pdf: bytes) -> dict[str, bytes]:
    """Every file but the collector's key, sums and signature."""
    claim = facts.claim
    files = {
        "claim.pdf": pdf,
        "claim.json": write_claim(claim),
        "VERIFY.txt": write_verify(claim),
        "log.jsonl": write_log(facts.events, line=claim.line),
        **facts.contents,
    }
    if claim.is_whole:
        files["series.csv"] = write_series(facts.series)
        files["peers.csv"] = write_peers(claim)
        files["probe.jsonl"] = write_transcripts(_transcripts(facts))
    for told, row in zip(claim.statements, facts.signed, strict=True):
        files.update(_statement(told.file, told.verdict, row))
    return files


def _transcripts(facts: PackFacts) -> dict[str, bytes]:
    paths = (one.path for one in facts.claim.files if one.kind == "transcript")
    return {path: facts.contents[path] for path in paths}


def _statement(path: str, verdict: str, row: SignedRow) -> dict[str, bytes]:
    """The very bytes that the agent signed (``signing.MANIFEST`` before the manifest), so that
    ``openssl`` can check them, the signature, the key, and the manifest for reading."""
    stem = path.removesuffix(".signed")
    files = {path: signing.MANIFEST + row.body, f"{stem}.sig": row.signature}
    if verdict == "verified" and row.key is not None:
        files[f"{stem}.pub.pem"] = row.key
    said = manifest_of(row.body)
    if said is not None:
        plain = msgspec.json.encode(_plain(said))
        files[f"{stem}.json"] = msgspec.json.format(plain, indent=2) + b"\n"
    return files


def _plain(thing: object) -> object:
    """With the names of the fields, which the wire leaves out."""
    if isinstance(thing, msgspec.Struct):
        return {name: _plain(getattr(thing, name)) for name in thing.__struct_fields__}
    return [_plain(one) for one in thing] if isinstance(thing, tuple) else thing
