"""The command ``preclaim-collector influx``: test the server, say how the sink stands, backfill."""

# ruff: noqa: T201  it speaks to a terminal
from __future__ import annotations

import argparse
from datetime import UTC, date, datetime, time, timedelta

from collector.app import open_store, utc_now
from collector.cli import FAILED, OK, USAGE
from collector.cli_words import say
from collector.config import read_config
from collector.outlets.backfill import backfill
from collector.outlets.lots import Server
from collector.outlets.sink import NAME
from collector.outlets.sink_error import SinkError
from collector.settings import Config, InfluxSettings
from collector.store import sink as sinks
from collector.store.engine import reader
from collector.telemetry.lines import PREFIX
from collector.telemetry.samples import second_of
from collector.web.voice import Voice


def look_at_influx(arguments: argparse.Namespace) -> int:
    """Do what the action says."""
    config = read_config(arguments.config)
    lang: str = arguments.lang
    if config.influx is None:
        print(say("influx_none", lang))
        return USAGE
    if arguments.action == "status":
        return _status(config, lang)
    from collector.outlets.influx import InfluxServer  # noqa: PLC0415 it takes 51 MB

    server = InfluxServer(config.influx)
    try:
        if arguments.action == "test":
            return _test(server, config.influx, lang)
        return _backfill(server, config, arguments.since, lang)
    except SinkError as error:
        voice, cause = Voice(lang), error.cause.value
        print(say("influx_failed", lang, why=voice.name("sink_why", cause), detail=error.detail))
        print(say("influx_do", lang, do=voice.name("sink_do", cause)))
        return FAILED
    finally:
        server.close()


def _test(server: Server, settings: InfluxSettings, lang: str) -> int:
    """Write one point: nothing less proves url, token, organisation and bucket."""
    server.write([f"{PREFIX}test told=1 {second_of(utc_now())}"])
    print(say("influx_good", lang, url=settings.url, bucket=settings.bucket))
    return OK


def _status(config: Config, lang: str) -> int:
    engine = open_store(config)
    with reader(engine) as db:
        stands = sinks.stands(db, NAME)
    engine.dispose()
    if stands is None:
        print(say("influx_not_begun", lang))
        return OK
    print(
        say(
            "influx_stands",
            lang,
            batches=stands.waiting_batches,
            bytes=stands.waiting_bytes,
            dropped=stands.dropped_batches,
        )
    )
    return FAILED if stands.dropped_batches else OK


def _backfill(server: Server, config: Config, since: date | None, lang: str) -> int:
    assert config.influx is not None
    begin = since or (utc_now() - timedelta(days=config.policy.points_kept.days)).date()
    engine = open_store(config)
    total = 0
    for device_id, values in backfill(
        engine,
        server,
        since=datetime.combine(begin, time(), tzinfo=UTC),
        until=utc_now(),
        with_serial=config.influx.serial,
    ):
        total += values
        print(say("influx_sent", lang, device=device_id, values=values), flush=True)
    engine.dispose()
    print(say("influx_total", lang, values=total, since=begin.isoformat()))
    return OK
