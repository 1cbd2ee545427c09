"""Bounds of everything that travels; every number has both, so NaN and infinity are refused."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec

MAX_SEQ = 2**63 - 1
CHUNK_BYTES = 48 * 1024  # one evidence chunk; fits a 64 KiB broker packet with its envelope
MAX_BODY_BYTES = 64 * 1024  # a frame's body on the wire
MAX_INFLATED_BYTES = 1024 * 1024  # a zlib body may grow to this and no further
MAX_EVIDENCE_BYTES = 32 * 1024 * 1024  # one evidence file

Seq: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=MAX_SEQ)]
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Seconds: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=10**9)]
Number: TypeAlias = Annotated[float, msgspec.Meta(ge=-1e15, le=1e15)]
Whole: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
IDENTIFIER = r"^[A-Za-z0-9][A-Za-z0-9._:-]*$"
Identifier: TypeAlias = Annotated[
    str, msgspec.Meta(min_length=1, max_length=64, pattern=IDENTIFIER)
]
Name: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=400)]
Sha256: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
