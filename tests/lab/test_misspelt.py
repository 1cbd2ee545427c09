"""A subscription that was damaged on its way is healed without a new connection."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from simulator.demo.processes import Processes, free_port
from tests.lab.ending import pass_fresh, wait_for
from tests.lab.proxy import Link
from tests.lab.stand import AGENTS, MOSQUITTO, build
from tests.lab.weather import Weather

HEALED_S = 60.0


class Misspelling(Link):
    """Damages the filter of the first SUBSCRIBE of each client, and nothing else, ever.

    No checksum covers MQTT's own packets, and the broker confirms whatever it was asked for.
    """

    spelling = (b"/down/receipt", b"/down/receipu")

    async def _pipe(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_back: bool
    ) -> None:
        if not is_back:
            while piece := await reader.read(4096):
                if self.spelling[0] in piece:
                    writer.write(piece.replace(*self.spelling))
                    break
                writer.write(piece)
        await super()._pipe(reader, writer, is_back=is_back)


class MisspellingCollector(Misspelling):
    """The same for the collector's filter."""

    spelling = (b"/+/+/up/+", b"/+/+/uq/+")


@pytest.mark.store("sqlite")  # about the broker's filters: the store has no part in it
@pytest.mark.broker
@pytest.mark.parametrize("deaf", ["agents", "collector"])
def test_a_misspelt_subscription_does_not_stay(tmp_path: Path, deaf: str) -> None:
    """Confirmed but deaf, an agent gets its receipts and a collector its rows all the same."""
    if MOSQUITTO is None:
        pytest.skip("mosquitto is missing: apt-get install mosquitto")
    port = free_port()
    link = Misspelling if deaf == "agents" else MisspellingCollector
    with (
        Processes(tmp_path / "logs") as processes,
        Weather(("bad",), to_port=port, seed=1, make_link=link) as weather,
    ):
        ports = {f"{deaf}_port": weather.port("bad")}
        stand = build(processes, tmp_path, pause_s=0.2, resend_s=3.0, broker_port=port, **ports)
        stand.start_all()
        wait_for(lambda: len(stand.ledger()) > 20, within_s=30, stand=stand)
        stand.end_load()
        connections = len(AGENTS) if deaf == "agents" else 1
        healed_s = wait_for(lambda: stand.waiting() == 0, within_s=HEALED_S, stand=stand)
        pass_fresh(stand)

        assert stand.waiting() == 0, f"still deaf after {healed_s:.0f} s"
        assert stand.store.episodes() == len(stand.ledger()) > 20
        assert weather.accepted() == connections, "a new connection healed it: no proof"
        stand.store.close()
