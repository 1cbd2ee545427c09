"""The embedded broker (amqtt): for the demo, evaluation and tests; loses what it holds at a kill.

The outbox of the agents makes up for that: only a receipt of the collector ends a row.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_LISTENER = "default"


class BrokerMissingError(RuntimeError):
    """The optional package of the embedded broker is not installed."""


@asynccontextmanager
async def embedded_broker(*, host: str, port: int) -> AsyncIterator[int]:
    """Run a broker on ``host:port`` (0: a free one) while inside; yields the port.

    It knows no accounts: whoever reaches the port may publish. Keep it on loopback.
    """
    try:
        from amqtt.broker import Broker  # noqa: PLC0415 an optional extra
        from amqtt.contexts import BrokerConfig, ListenerConfig  # noqa: PLC0415
    except ImportError as error:
        raise BrokerMissingError(
            "the embedded broker is not installed; install preclaim[broker], or run Mosquitto"
        ) from error
    for name in ("amqtt", "transitions"):  # it tells every packet at INFO
        logging.getLogger(name).setLevel(logging.ERROR)
    config = BrokerConfig(
        listeners={_LISTENER: ListenerConfig(bind=f"{host}:{port}", max_connections=1000)},
        plugins={"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    )
    broker = Broker(config)
    await broker.start()
    try:
        yield _port_of(broker, port)
    finally:
        await broker.shutdown()


def _port_of(broker: object, asked: int) -> int:
    if asked:
        return asked
    servers = getattr(broker, "_servers", {})
    instance = getattr(servers.get(_LISTENER), "instance", None)
    if not isinstance(instance, asyncio.Server):
        raise BrokerMissingError("this version of the embedded broker cannot choose a port itself")
    return int(instance.sockets[0].getsockname()[1])
