"""Trust that verdicts earn and lose, by fault code and model; and one verdict to rule on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web
from markupsafe import Markup
from sqlalchemy import Connection

from collector import earn
from collector.claims.lifecycle import Actor
from collector.claims.policy import Policy
from collector.claims.trust import Record, Ruling, Standing
from collector.store import trust as store
from collector.store.scope import Role, Scope
from collector.store.views import claim_file
from collector.store.views import trust as view
from collector.store.views.dismissals import list_dismissals
from collector.store.views.trust import PairRow
from collector.web.call import Call, found
from collector.web.pages import claim_files
from collector.web.pages.profiles import read_profiles
from collector.web.render import page
from collector.web.trust_plot import draw_precision

REASON_LONGEST: Final = 500
RULES: Final = frozenset({Role.ADMIN, Role.FACTORY_ENGINEER})  # the roles that rule on verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class PairStands:
    """A pair with its record over the whole store, how it stands, and since when."""

    row: PairRow
    record: Record
    standing: Standing
    since: datetime


def read_pairs(db: Connection, scope: Scope, policy: Policy) -> tuple[PairStands, ...]:
    """The table: pairs with verdicts in the slice; records count the rulings of all."""
    rulings = store.rulings(db)
    since = store.told_at(db)
    stand = []
    for row in view.list_pairs(db, scope):
        judged = earn.judge(row.pair, rulings.get(row.pair, []), policy)
        stand.append(
            PairStands(
                row=row,
                record=judged.record,
                standing=judged.standing,
                since=since.get(row.pair, row.first_at),
            )
        )
    return tuple(stand)


async def show_trust(call: Call) -> web.StreamResponse:
    """The table and the list of changes."""
    house, scope = call.house, call.scope
    terms = house.policy.trust
    pairs = await house.read(lambda db: read_pairs(db, scope, house.policy))
    return page(
        call,
        "trust.html",
        pairs=[(pair, _bar(call, pair)) for pair in pairs],
        changes=await house.read(lambda db: view.list_changes(db, scope)),
        dismissals=await house.read(lambda db: list_dismissals(db, scope)),
        profiles=await house.read(lambda db: read_profiles(db, scope, house.policy)),
        confirmations=house.policy.profiles.confirmations,
        terms=terms,
        may_rule=call.known.role in RULES,
    )


def _bar(call: Call, pair: PairStands) -> Markup:
    record, terms = pair.record, call.house.policy.trust
    if record.interval is None:
        return Markup()
    lower, upper = record.interval.lower, record.interval.upper
    title = call.voice.t(
        "trust.bar", share=f"{record.cameras_right / record.cameras:.0%}",
        lower=f"{lower:.0%}", upper=f"{upper:.0%}", asked=f"{terms.min_precision:.0%}",
    )  # fmt: skip
    return draw_precision(
        share=record.cameras_right / record.cameras,
        interval=record.interval,
        asked=terms.min_precision,
        title=title,
    )


async def show_verdict(call: Call) -> web.StreamResponse:
    """One verdict with what it rests on, and what engineers said of it."""
    return await _page(call)


async def rule(call: Call) -> web.StreamResponse:
    """Keep a ruling; a wrong one without a reason is asked for it."""
    house, scope, number = call.house, call.scope, call.number("id")
    found(await house.read(lambda db: view.find_verdict(db, scope, number)))
    form = {k: v for k, v in (await call.request.post()).items() if isinstance(v, str)}
    said = {one.value: one for one in Ruling}.get(form.get("ruling", ""))
    if said is None:
        raise web.HTTPUnprocessableEntity
    reason = form.get("reason", "").strip()[:REASON_LONGEST]

    def keep(db: Connection) -> None:
        earn.rule_on(
            db,
            found(store.find_verdict(db, number)),
            said=said,
            reason=reason,
            actor=call.known.name,
            role=Actor(call.known.role.value),
            policy=house.policy,
            now=call.now,
        )

    try:
        await house.write(keep)
    except earn.ReasonNeededError:
        return await _page(call, status=422, trouble=call.voice.t("trust.reason.needed"))
    return web.Response(status=303, headers={"Location": f"/verdicts/{number}"})


async def _page(call: Call, *, status: int = 200, trouble: str = "") -> web.StreamResponse:
    house, scope, number = call.house, call.scope, call.number("id")
    verdict = found(await house.read(lambda db: view.find_verdict(db, scope, number)))
    manifests = await house.read(
        lambda db: claim_file.list_episode_manifests(db, scope, verdict.episode_id)
    )
    return page(
        call,
        "verdict.html",
        status=status,
        verdict=verdict,
        gallery=await claim_files.show_gallery(manifests, house.evidence_dir),
        behind=claim_files.figures_behind(verdict.because),
        documents=claim_files.list_documents(manifests),
        holds=verdict.rulings[0] if verdict.rulings else None,
        next_id=await house.read(lambda db: view.next_waiting(db, scope, verdict.pair)),
        may_rule=call.known.role in RULES,
        trouble=trouble,
    )
