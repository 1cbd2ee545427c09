"""Conditional reads (RFC 9110, 13.1.2): an answer that the caller has already is not sent again."""

from __future__ import annotations

import hashlib
from typing import Final

from aiohttp import web

_DIGITS: Final = 32  # of SHA-256: 128 bits tell answers apart


def answer_conditionally(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Give a read its ETag, and 304 to whom it names one that still holds.

    The tag is of the bytes, so that two equal answers have one, whatever made them. A resource
    that names its own version (for If-Match) keeps that, and is always sent whole: files come to
    a claim without a new version of its state.
    """
    if response.status != 200 or "ETag" in response.headers:
        return response
    if not isinstance(response, web.Response) or not isinstance(response.body, bytes):
        return response
    tag = f'"{hashlib.sha256(response.body).hexdigest()[:_DIGITS]}"'
    if _names(request.headers.get("If-None-Match", ""), tag):
        return web.Response(status=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return response


def _names(header: str, tag: str) -> bool:
    """Weak comparison, as RFC 9110 has it for reads."""
    given = {one.strip().removeprefix("W/") for one in header.split(",")}
    return "*" in given or tag in given
