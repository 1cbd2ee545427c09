"""The configuration of one agent as people order it: a form, and what came of earlier orders."""

from __future__ import annotations

from aiohttp import web

from collector.order_settings import NoConfigurationError, order_settings
from collector.store import agents
from collector.store.agents import Agent
from collector.store.views import commands
from collector.store.views.commands import CommandRow
from collector.web.call import Call, found
from collector.web.pages import orders
from collector.web.render import page
from shared.command import MAX_CONFIG_BYTES, Outcome, Verb


async def show_settings(call: Call) -> web.StreamResponse:
    """The form, filled with what was set last."""
    return await _page(call, await _agent(call))


async def show_setting_orders(call: Call) -> web.StreamResponse:
    """The part that is polled while an answer is owed."""
    agent = await _agent(call)
    return page(
        call,
        "orders.html",
        orders=await _orders(call, agent),
        polled=_polled(agent),
        zone="UTC",
        nothing="settings.none",
    )


async def order_setting(call: Call) -> web.StreamResponse:
    """Sign and keep the order; a text that no agent could read comes back with the reason."""
    agent, house = await _agent(call), call.house
    asked = (await call.request.post()).get("config")
    key = house.command_key
    if not isinstance(asked, str) or key is None:
        raise web.HTTPUnprocessableEntity
    text = asked.replace("\r\n", "\n")  # as forms send line ends
    try:
        kept = await house.write(
            lambda db: order_settings(
                db,
                key=key,
                agent_id=agent.id,
                organisation_id=agent.organisation_id,
                text=text,
                actor=call.known.name,
                now=call.now,
            )
        )
    except NoConfigurationError as error:
        trouble = call.voice.t(f"settings.{error.wrong}", **error.values)
        return await _page(call, agent, status=422, trouble=trouble, text=text)
    if kept is None:
        trouble = call.voice.t("settings.waits")
        return await _page(call, agent, status=409, trouble=trouble, text=text)
    return web.Response(status=303, headers={"Location": f"/agents/{agent.id}/settings#orders"})


async def _agent(call: Call) -> Agent:
    name = call.request.match_info["id"]
    agent = found(await call.house.read(lambda db: agents.find(db, name)))
    if agent.organisation_id not in call.scope.organisation_ids:
        raise web.HTTPNotFound
    return agent


async def _orders(call: Call, agent: Agent) -> tuple[CommandRow, ...]:
    return await call.house.read(
        lambda db: commands.list_commands(
            db, call.scope, agent_id=agent.id, device_id="", verb=Verb.SET_CONFIG, now=call.now
        )
    )


def _polled(agent: Agent) -> str:
    return f"/agents/{agent.id}/settings/orders"


async def _page(
    call: Call, agent: Agent, *, status: int = 200, trouble: str = "", text: str | None = None
) -> web.StreamResponse:
    rows = await _orders(call, agent)
    done = (row.arguments.get("config", "") for row in rows if row.state == Outcome.DONE.value)
    return page(
        call,
        "settings.html",
        status=status,
        agent=agent,
        orders=rows,
        polled=_polled(agent),
        zone="UTC",
        nothing="settings.none",
        text=next(done, "") if text is None else text,
        trouble=trouble,
        limit=MAX_CONFIG_BYTES,
        may_order=call.known.role in orders.MAY and call.house.command_key is not None,
    )
