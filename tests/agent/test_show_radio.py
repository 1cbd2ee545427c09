"""The verb ``radio``: days on the air of each device, in both languages and for programs."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent import cli
from agent.config_file import load_config
from agent.config_problem import ConfigError
from agent.delivery import day_store, reading_store
from agent.delivery.opening import open_file
from agent.exit_code import DONE, FOUND
from agent.radio import blob
from agent.radio.day import CellDay, OpenDay, RadioDay, Spread
from agent.radio.fold import fold
from agent.radio_days import KIND
from agent.verbs import dispatch
from shared.reading import Quality, Reading

CONFIG = """
[agent]
id = "a"
[radio]
classes = "teltonika"
[[devices]]
id = "router"
kind = "gateway"
profile = "teltonika.rutos"
address = "192.0.2.1"
data_plan_mb = 1000
[[devices]]
id = "gate"
address = "192.0.2.2"
gateway = "router"
[[devices]]
id = "yard"
address = "192.0.2.3"
"""
DAYS = 20
START = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def _day(number: int, rsrp: float, cell: str = "1A2B") -> RadioDay:
    return RadioDay(
        cells=(CellDay(cell, "B3", Spread(rsrp, rsrp - 3, 24), Spread(-11, -14, 24)),),
        registered=24,
        reconnects=number % 3,
        bytes_used=20e6,
        bytes_month=20e6 * (number + 1),
    )


@pytest.fixture(name="config")
def weeks_on_the_air(tmp_path: Path) -> Path:
    """A router that lost 20 dB yesterday, and a camera with a modem of its own on its cell."""
    path = tmp_path / "agent.toml"
    path.write_text(CONFIG)
    (tmp_path / "agent-data").mkdir()
    database = open_file(tmp_path / "agent-data" / "agent.db")
    now = START + timedelta(days=DAYS)
    signal = Reading("cellular.rsrp", -105.0, "dBm", now, Quality.GOOD)
    spoilt = Reading("cellular.sinr", None, "dB", now, Quality.INVALID, raw="97")
    with database.transaction() as db:
        for number in range(DAYS):
            day = (START + timedelta(days=number)).date()
            last = number == DAYS - 1
            own = _day(number, -105.0 if last else -85.0)
            day_store.keep(db, "router", KIND, day, blob.write(own))
            day_store.keep(db, "yard", KIND, day, blob.write(_day(number, -90.0)))
        going_on = blob.write(fold(OpenDay(), {signal.name: signal}, now))
        day_store.keep_open(db, "router", KIND, now.date(), going_on)
        reading_store.add(db, "router", [signal, spoilt])
    database.close()
    return path


def call(*arguments: str) -> tuple[int, str]:
    """Carry out a command line; exit code and output."""
    out = io.StringIO()
    return dispatch(cli.parse(list(arguments)), out), out.getvalue()


def test_a_device_and_its_days(config: Path) -> None:
    """Signal in the chosen maker's words with its source, the drop beside own past and siblings,
    and until when the plan lasts."""
    code, text = call("radio", "-c", str(config), "router", "--lang", "en")

    assert code == DONE
    assert "RSRP -105 dBm (unusable)" in text and "Teltonika wiki" in text
    assert "SINR off its scale (97)" in text
    assert "its best on cell 1A2B, band B3: -85 dBm; on 2026-05-20 -20 dB" in text
    assert "siblings on this cell and band: 1, at -90 dBm; lost beside: 20 dB" in text
    assert "400 of 1000 MB used, 600 MB left; at 20 MB a day it lasts until 2026-06-19" in text
    assert sum(line.startswith("2026-05-") for line in text.splitlines()) == 15


def test_a_plan_that_is_used_up_lasts_until_no_day(config: Path) -> None:
    """Nothing is left: a day until which it lasts would be a promise."""
    config.write_text(CONFIG.replace("data_plan_mb = 1000", "data_plan_mb = 390"))
    english = call("radio", "-c", str(config), "router", "--lang", "en")[1]
    chinese = call("radio", "-c", str(config), "router", "--lang", "zh")[1]

    assert "400 of 390 MB used, 0 MB left; it is used up\n" in english
    assert "剩余 0 MB；已用尽\n" in chinese


def test_a_camera_behind_a_gateway_has_its_radio(config: Path) -> None:
    """What the gateway hears is what the camera hangs on; it is told in Chinese too."""
    code, text = call("radio", "-c", str(config), "gate", "--lang", "zh")

    assert code == DONE
    assert text.startswith("gate，经其网关 router\n")
    assert "RSRP -105 dBm（不可用）" in text and "剩余 600 MB" in text


def test_programs_get_numbers(config: Path) -> None:
    """All devices that say anything, with days by date."""
    code, text = call("radio", "-c", str(config), "--json")
    told = {one["device"]: one for one in json.loads(text)["devices"]}

    assert code == DONE and told.keys() == {"router", "gate", "yard"}
    assert told["router"]["own_drop_db"] == told["gate"]["own_drop_db"] == 20.0
    assert told["yard"]["days"]["2026-05-20"]["cells"][0]["rsrp"] == [-90.0, -93.0, 24]


def test_a_device_that_is_not_configured(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named, and the exit code says so."""
    code, _ = call("radio", "-c", str(config), "barn", "--lang", "en")

    assert code == FOUND and "'barn'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [('"teltonika"\n[[', '"loud"\n[[', "radio.classes"), ("= 1000", "= 0", "data_plan_mb")],
)
def test_what_is_wrong_in_the_file_is_named(
    config: Path, before: str, after: str, key: str
) -> None:
    """A maker that nobody knows and a plan of nothing are told by their key."""
    config.write_text(CONFIG.replace(before, after))

    with pytest.raises(ConfigError) as caught:
        load_config(config)
    assert any(problem.key.endswith(key) for problem in caught.value.problems)
