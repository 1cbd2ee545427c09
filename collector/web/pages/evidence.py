"""Evidence files by hash: those that a manifest or a photo in the visitor's slice names."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from collector.store import proofs
from collector.store.scope import Scope
from collector.store.views import claim_file
from collector.web.call import Call, found

# What a browser may show. Pictures are recognised by their first bytes, whatever the manifest
# says, so that no camera can plant a page here; the rest is text or a download.
_PICTURES: Final = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
_TEXTS: Final = frozenset({"transcript", "readings"})
_MP4: Final = "video/mp4"
_BOX: Final = slice(4, 8)  # the kind of an MP4's first box (ISO 14496-12): "ftyp"
# A browser that is led to the clip itself loads it once more from the page that it makes for it.
_POLICY_OF: Final = {_MP4: "default-src 'none'; media-src 'self'; sandbox"}


async def show_evidence(call: Call) -> web.StreamResponse:
    """The file; 404 when it is not whole yet, unknown, or outside the slice."""
    sha256 = call.request.match_info["sha256"]
    name, kind = found(await call.house.read(lambda db: _find(db, call.scope, sha256)))
    path = call.house.evidence_dir / sha256[:2] / sha256
    if not path.is_file():
        raise web.HTTPNotFound
    media_type = read_type(path, kind=kind)
    headers = {
        "Content-Type": media_type,
        "Content-Security-Policy": _POLICY_OF.get(media_type, "default-src 'none'; sandbox"),
        "Cache-Control": "private, max-age=3600",
        "Content-Disposition": f'inline; filename="{name}"',
    }
    if media_type == "application/octet-stream":
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return web.FileResponse(path, headers=headers)


def _find(db: Connection, scope: Scope, sha256: str) -> tuple[str, str] | None:
    """Name and kind of a file that a manifest of the slice names, or of a photo from a person."""
    item = claim_file.find_evidence(db, scope, sha256)
    if item is not None:
        return (item.name, item.kind) if item.here else None
    return (f"photo-{sha256[:8]}", "photo") if proofs.has_photo(db, scope, sha256) else None


def read_type(path: Path, *, kind: str) -> str:
    """One of five fixed media types; never HTML or SVG."""
    with path.open("rb") as file:
        start = file.read(16)
    for magic, media_type in _PICTURES:
        if start.startswith(magic):
            return media_type
    if kind == "clip" and start[_BOX] == b"ftyp":
        return _MP4
    return "text/plain; charset=utf-8" if kind in _TEXTS else "application/octet-stream"
