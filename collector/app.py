"""Builds the parts of the collector and runs them on one loop until told to stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import random
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime

from aiohttp import web
from sqlalchemy import Engine

from collector import keys, setup_link
from collector.broker import embedded_broker
from collector.compactor import Compactor
from collector.high_water import HighWater
from collector.intake.evidence_files import EvidenceFiles
from collector.intake.replay import replay
from collector.intake.room import Room
from collector.intake.subscriber import Subscriber
from collector.intake.upgrade import program_version, take_after_upgrade
from collector.jobs import Jobs
from collector.lock import AlreadyRunningError, hold
from collector.outlets.sink import NAME, Sink
from collector.pack.room import open_room
from collector.postman import Postman
from collector.settings import Config
from collector.share_packs import PackSharer
from collector.sign_for_partners import signer
from collector.store import serving
from collector.store import sink as sinks
from collector.store.assignments import assign
from collector.store.engine import open_engine
from collector.store.migrate import migrate
from collector.web.application import create
from shared.backoff import Backoff

log = logging.getLogger(__name__)

WATCH_S = 1.0


class IngestDiedError(RuntimeError):
    """The ingest worker ended by a defect; the process must be started again."""


def utc_now() -> datetime:
    """The collector's clock."""
    return datetime.now(UTC)


def open_store(config: Config) -> Engine:
    """Open the store, bring it to the newest schema, put the configuration into it."""
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = open_engine(config.database_url)
    prepare_store(engine, config)
    return engine


def prepare_store(engine: Engine, config: Config) -> None:
    """Bring the store to the newest schema, put the configuration into it."""
    before, after = migrate(engine)
    if before != after:
        log.info("store: schema %s -> %s", before or "none", after)
    with engine.begin() as db:
        assign(
            db,
            organisations=config.organisations,
            sites=config.sites,
            agents=config.agents,
        )
    HighWater(config.high_water).check(engine, now=utc_now())


def make_room(config: Config) -> Room:
    """What intake works with; makes the command key at first start."""
    return Room(
        policy=config.policy,
        evidence=EvidenceFiles(config.evidence_dir),
        command_key=keys.load_or_make(config.command_key),
        high_water=HighWater(config.high_water),
    )


async def serve(config: Config, stop: asyncio.Event) -> None:
    """Run broker (if asked for), intake, jobs and web; returns when ``stop`` is set.

    AlreadyRunningError when another collector works on the same data.
    """
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = open_engine(config.database_url)
    try:
        with hold(config.data_dir), serving.hold(engine) as held:
            await _run(config, engine, held, stop)
    except* AlreadyRunningError as group:  # found out while at work
        raise group.exceptions[0] from None


async def _run(
    config: Config, engine: Engine, held: serving.Serving | None, stop: asyncio.Event
) -> None:
    await asyncio.to_thread(prepare_store, engine, config)
    room = make_room(config)
    accepted, _ = await asyncio.to_thread(
        replay, engine, reason="unassigned", room=room, now=utc_now()
    )
    if accepted:
        log.info("took %d rows of agents that are assigned now", accepted)
    readable = await asyncio.to_thread(
        take_after_upgrade, engine, program=program_version(), room=room, now=utc_now()
    )
    if readable:
        log.info("took %d rows that the version before could not read", readable)
    # Some hundred thousand objects of libraries live until the end: no use in looking through them
    # again and again for garbage (docs/decisions.md, 44).
    gc.collect()
    gc.freeze()
    async with AsyncExitStack() as parts:
        parts.callback(engine.dispose)
        parts.callback(room.high_water.flush)
        if config.broker.embedded:
            await parts.enter_async_context(
                embedded_broker(host=config.broker.host, port=config.broker.port)
            )
            log.info("embedded broker on %s:%d", config.broker.host, config.broker.port)
        subscriber = Subscriber(config.broker, engine=engine, room=room, clock=utc_now)
        subscriber.start()
        parts.push_async_callback(asyncio.to_thread, subscriber.stop)
        jobs = Jobs(
            engine,
            policy=config.policy,
            listening_since=subscriber.listening_since,
            clock=utc_now,
            notify=config.notify,
            command_key=room.command_key,
            partners=config.partners,
        )
        compactor = Compactor(engine, policy=config.policy, clock=utc_now)
        sink = await asyncio.to_thread(_make_sink, config, engine)

        def trouble() -> str:
            return subscriber.trouble() or jobs.trouble(monotonic_s=time.monotonic())

        application = _make_web(
            config, engine, subscriber=subscriber, room=room, trouble=trouble, sink=sink
        )
        base_url = await _start_web(config, application, parts)
        await asyncio.to_thread(
            setup_link.offer,
            engine,
            path=config.setup_link,
            base_url=config.public_url or base_url,
            terminal=sys.stderr,
            now=utc_now(),
        )
        packs = open_room(config)
        postman = Postman(
            engine,
            config.notify,
            base_url=config.public_url or base_url,
            packs_dir=config.packs_dir,
            sign=signer(packs),
            clock=utc_now,
        )
        sharer = PackSharer(engine, packs, clock=utc_now)
        async with asyncio.TaskGroup() as group:
            group.create_task(sharer.run(stop))
            group.create_task(postman.run(stop))
            group.create_task(jobs.run(stop))
            group.create_task(compactor.run(stop))
            if sink is not None:
                group.create_task(sink.run(stop))
            group.create_task(_watch(subscriber, room.high_water, held, stop))


def _make_sink(config: Config, engine: Engine) -> Sink | None:
    """The time-series sink; None where none is configured, and what waited for one is dropped."""
    settings = config.influx
    if settings is None:
        with engine.begin() as db:
            dropped = sinks.end(db, NAME)
        if dropped:
            log.warning("[influx] is gone: %d batches that waited for it were dropped", dropped)
        return None
    from collector.outlets.influx import InfluxServer  # noqa: PLC0415 it takes 51 MB

    return Sink(
        engine,
        open_server=lambda: InfluxServer(settings),
        backlog_bytes=settings.backlog_mb * 1024 * 1024,
        with_serial=settings.serial,
        clock=utc_now,
        backoff=Backoff(jitter=random.random),
    )


def _make_web(
    config: Config,
    engine: Engine,
    *,
    subscriber: Subscriber,
    room: Room,
    trouble: Callable[[], str],
    sink: Sink | None,
) -> web.Application:
    return create(
        engine=engine,
        evidence_dir=config.evidence_dir,
        now=utc_now,
        language=config.language,
        public_url=config.public_url,
        intake=subscriber.counts,
        trouble=trouble,
        policy=config.policy,
        command_key=room.command_key,
        proxies=config.proxies,
        sink=None if sink is None else lambda: sink.counts,
        notify=config.notify,
        packs=open_room(config),
    )


async def _start_web(config: Config, application: web.Application, parts: AsyncExitStack) -> str:
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    parts.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, config.web_host, config.web_port)
    await site.start()
    port = runner.addresses[0][1]
    base_url = f"http://{config.web_host}:{port}"
    log.info("pages on %s", base_url)
    return base_url


async def _watch(
    subscriber: Subscriber,
    high_water: HighWater,
    held: serving.Serving | None,
    stop: asyncio.Event,
) -> None:
    """A consumer that looks connected but stores nothing is worse than one that is down."""
    while not stop.is_set():
        await asyncio.to_thread(high_water.flush)
        if held is not None:
            await asyncio.to_thread(held.keep)
        if not subscriber.is_alive():
            raise IngestDiedError("the ingest worker ended; see the log above, then start again")
        try:
            async with asyncio.timeout(WATCH_S):
                await stop.wait()
        except TimeoutError:
            continue
