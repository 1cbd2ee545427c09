"""The page for what cannot be shown: what happened, why, what to do."""

from __future__ import annotations

from aiohttp import web

from collector.web.api.problem import KNOWN
from collector.web.call import Call
from collector.web.render import page


def error_page(call: Call, status: int) -> web.Response:
    """A whole page in the visitor's language."""
    family = status if status in KNOWN else 500
    return page(call, "error.html", status=status, code=status, family=family)
