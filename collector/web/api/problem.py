"""Errors of the API as RFC 9457 problems: what happened, why, what to do."""

from __future__ import annotations

import json

from aiohttp import web

from collector.web.call import Call

KNOWN = frozenset({400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 503, 507})


def problem(call: Call, status: int, *, detail: str = "", code: str = "") -> web.Response:
    """A problem document in the caller's language; ``code`` says for programs which rule it was."""
    family = status if status in KNOWN else 500
    title = "refused" if status == 409 and detail else family  # a rule, and nobody was faster
    content = {
        "type": "about:blank",
        "title": call.voice.t(f"error.{title}.title"),
        "status": status,
        "detail": detail or call.voice.t(f"error.{family}.text"),
        "instance": call.request.path,
        **({"code": code} if code else {}),
    }
    return web.Response(
        status=status,
        body=json.dumps(content, ensure_ascii=False).encode(),
        content_type="application/problem+json",
    )
