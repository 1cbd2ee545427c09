"""Pages from templates: autoescaped, strict about names, with the visitor's language."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from collector.store.scope import Role
from collector.store.views.words import fault_name, fault_text
from collector.web import show
from collector.web.call import Call
from collector.web.navigation import menu_for

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"

_jinja: Final = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_jinja.filters["dates"] = show.dates


@cache
def static_url(name: str) -> str:
    """The URL of a static file, with its hash: a new version is never taken from a cache."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"


def page(call: Call, template: str, *, status: int = 200, **values: object) -> web.Response:
    """Render a template with the call's own words and clocks beside the given values."""
    voice = call.voice
    text = _jinja.get_template(template).render(
        t=voice.t,
        name=voice.name,
        say=voice.say,
        fault=lambda code: voice.say(fault_name(code)),
        fault_text=lambda code: voice.say(fault_text(code)),
        options=lambda values, word=str: [(value, word(value)) for value in values],
        named_options=lambda family, values: [(v, voice.name(family, v)) for v in values],
        lang=voice.language,
        visitor=call.visitor,
        csrf=call.visitor.csrf if call.visitor else "",
        path=call.request.path,
        menu_for=menu_for,
        with_query=lambda **changes: _with_query(call, changes),
        now=call.now,
        ago=lambda moment: show.age(voice, moment, call.now),
        span=lambda length: show.span(voice, length),
        clock=show.clock,
        day=show.day,
        size=show.size,
        share=show.share,
        value=lambda found, unit: show.value(voice, found, unit),
        static=static_url,
        Role=Role,
        **values,
    )
    return web.Response(status=status, text=text, content_type="text/html", charset="utf-8")


def _with_query(call: Call, changes: dict[str, object]) -> str:
    """This page's URL with some of its parameters changed; '' removes one."""
    query = {**call.request.query, **{k: str(v) for k, v in changes.items()}}
    kept = {k: v for k, v in query.items() if v}
    return f"{call.request.path}?{urlencode(kept)}" if kept else call.request.path
