"""What a program sends with an action: its Idempotency-Key and a body of a known form."""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec
from aiohttp import web

from collector.web.api.problem import problem
from collector.web.call import Call

KEY: Final = "Idempotency-Key"
KEY_LONGEST: Final = 255
T = TypeVar("T", bound=msgspec.Struct)


def read_key(call: Call) -> str | None:
    """The key; None where there is none, or one that is too long: see ``no_key``."""
    token = call.request.headers.get(KEY, "").strip()
    return token if 1 <= len(token) <= KEY_LONGEST else None


def no_key(call: Call) -> web.Response:
    """400 that names the header."""
    return problem(call, 400, detail=call.voice.t("report.api.key", header=KEY))


async def read_body(call: Call, form: type[T], *, example: str) -> T | web.Response:
    """The body; a 422 with ``example`` for one of another form. None at all is an empty one."""
    try:
        return msgspec.json.decode(await call.request.read() or b"{}", type=form)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        said = call.voice.t("action.api.body", example=example, why=str(error))
        return problem(call, 422, detail=said)
