"""Carries a template out: looks up, makes the record once, puts the pack beside it."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import aiohttp
from yarl import URL

from collector.erp.facts import Fact
from collector.erp.fill import Request, has_none, is_ambiguous, is_askable, make, take
from collector.erp.show import HIDDEN
from collector.erp.template import Step, Template
from collector.pack.room import MadePack

TIMEOUT_S: Final = 60.0
MOST_READ: Final = 1024 * 1024
WHY_CHARS: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where the ERP is; the key shows in no text form."""

    url: str  # https, or http to this machine; without a slash at its end
    key: str = field(repr=False)
    ca: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What came of it."""

    record: str
    was_there: bool = False
    attached: bool = False  # the pack, by this run
    attach_failed: str = ""  # why the pack is not beside it; '' when it is, or none was given


class ErpError(RuntimeError):
    """A step failed and nothing was made; ``why`` is what the server said, without the key."""

    def __init__(self, step: str, why: str) -> None:
        super().__init__(f"{step}: {why}")
        self.step = step
        self.why = why


async def send(
    template: Template, facts: Mapping[str, Fact], *, server: Server, pack: MadePack | None
) -> Made:
    """Make the record unless it is there; ErpError when a step before that fails."""
    known = dict(facts)
    context = ssl.create_default_context(cafile=server.ca)
    async with aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
    ) as session:
        desk = _Desk(session=session, context=context, template=template, server=server)
        for step in template.find:
            known |= await desk.find(step, known)
        answer = await desk.ask(template.exists, known)
        there = take(template.exists, answer)["record"]
        if there is not None:
            if pack is None or template.attached is None:  # nobody can tell whether it has the pack
                return Made(record=str(there), was_there=True)
            return await desk.bring(pack, there, known, was_there=True)
        if not has_none(template.exists, answer):
            raise ErpError(
                template.exists.name,
                "the answer is of another form than the template's, so that the record may be"
                " there; nothing was made",
            )
        record = take(template.create, await desk.ask(template.create, known))["record"]
        if record is None:
            raise ErpError(template.create.name, "the answer names no record")
        if pack is None:
            return Made(record=str(record))
        return await desk.bring(pack, record, known, was_there=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    session: aiohttp.ClientSession
    context: ssl.SSLContext
    template: Template
    server: Server

    async def find(self, step: Step, known: Mapping[str, Fact]) -> dict[str, Fact]:
        if not is_askable(step, known):
            if step.needed:
                raise ErpError(step.name, "the claim does not say what to look it up by")
            return dict.fromkeys(step.take)
        answer = await self.ask(step, known)
        if is_ambiguous(step, answer):
            raise ErpError(step.name, "several records fit; name it more closely in the template")
        found = take(step, answer)
        if step.needed and None in found.values():
            raise ErpError(step.name, "there is no such record")
        return found

    async def bring(
        self, pack: MadePack, record: Fact, known: Mapping[str, Fact], *, was_there: bool
    ) -> Made:
        """Put the pack beside the record unless it is there: an answer that was lost, or a run
        that ended in between, leaves it to the next one; what cannot be told is not sent twice."""
        step, look = self.template.attach, self.template.attached
        made = Made(record=str(record), was_there=was_there)
        if step is None:
            return made
        facts: dict[str, Fact] = {**known, "record": record, "pack_name": pack.filename}
        try:
            if look is not None:
                answer = await self.ask(look, facts)
                if take(look, answer)["attachment"] is not None:
                    return made
                if not has_none(look, answer):
                    raise ErpError(
                        look.name,
                        "the answer is of another form than the template's, so that the pack may be"
                        " there; it was not sent",
                    )
            packed = {**facts, "pack_base64": base64.b64encode(pack.content).decode()}
            await self.ask(step, packed, pack=pack)
        except ErpError as error:
            return replace(made, attach_failed=error.why)
        return replace(made, attached=True)

    async def ask(
        self, step: Step, known: Mapping[str, Fact], *, pack: MadePack | None = None
    ) -> object:
        request = make(self.template, step, known)
        try:
            async with self.session.request(
                request.method,
                URL(self.server.url + request.target, encoded=True),
                headers={
                    **request.headers,
                    "Authorization": self.template.authorization.replace("{key}", self.server.key),
                },
                data=_payload(request, pack),
                ssl=self.context,
                allow_redirects=False,
            ) as reply:
                content = await reply.content.read(MOST_READ)
                if not 200 <= reply.status < 300:
                    raise ErpError(step.name, self._why(reply.status, content))
        except TimeoutError:
            raise ErpError(step.name, f"no answer within {TIMEOUT_S:g} s") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise ErpError(step.name, self._clean(f"{type(error).__name__}: {error}")) from None
        return _read(step, content)

    def _why(self, status: int, content: bytes) -> str:
        """The server's own words: Odoo's ``message``, Frappe's ``exception`` or ``message``."""
        try:
            said = json.loads(content)
        except ValueError:
            said = None
        words = ""
        if isinstance(said, dict):
            words = str(said.get("message") or said.get("exception") or said.get("exc_type") or "")
        return self._clean(f"HTTP {status} {words}")

    def _clean(self, text: str) -> str:
        flat = text.replace(self.server.key, HIDDEN)
        return " ".join("".join(c if c.isprintable() else " " for c in flat).split())[:WHY_CHARS]


def _payload(request: Request, pack: MadePack | None) -> bytes | aiohttp.FormData | None:
    if not request.form and not request.file:
        return request.body
    form = aiohttp.FormData()
    for name, value in request.form.items():
        form.add_field(name, value)
    if request.file and pack is not None:
        form.add_field("file", pack.content, filename=request.file, content_type="application/zip")
    return form


def _read(step: Step, content: bytes) -> object:
    try:
        return json.loads(content)
    except ValueError:
        raise ErpError(step.name, "the answer is no JSON") from None
