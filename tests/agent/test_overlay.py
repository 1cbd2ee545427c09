"""An ordered configuration: what it may say, and that it can never raise a limit of the file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.config import budget_of
from agent.config_problem import ConfigError
from agent.config_tunable import BUDGET_KEYS
from agent.overlay import Source, read_source
from agent.restraint import least_interval

OWN = """
[agent]
id = "agent"
uplink = "metered"
[schedule]
health_every_s = 1800
every_s = { login = 600, clock = 700 }
[uplink]
mb_per_month = 200
hard_cap_mb = 300
[diagnosis]
levels = { black_luma = 5.0 }
[[devices]]
id = "gate"
address = "192.0.2.1"
power = "battery"
min_poll_interval_s = 1800
[devices.budget]
wakeups_per_day = 40
[[devices]]
id = "yard"
address = "192.0.2.2"
power = "battery"
"""
PACES = {
    "login": timedelta(hours=1),
    "clock": timedelta(hours=1),
    "picture": timedelta(minutes=10),
}


@pytest.fixture(name="source")
def own_file(tmp_path: Path) -> Source:
    """A gateway behind a data plan with two battery cameras."""
    return make_source(tmp_path)


def make_source(folder: Path) -> Source:
    """The same, for a property test."""
    path = folder / "agent.toml"
    path.write_text(OWN)
    return read_source(path, probe_paces=PACES)


def problems_of(source: Source, text: str) -> dict[str, str]:
    """Each key that is complained of, and the kind of complaint."""
    with pytest.raises(ConfigError) as caught:
        source.read(text)
    return {problem.key: problem.wrong for problem in caught.value.problems}


def test_what_may_be_ordered_replaces_key_by_key(source: Source) -> None:
    """An order changes what it names; everything else stays as the file says."""
    config = source.read(
        """
        [schedule]
        health_every_s = 3600
        concurrency = 2
        every_s = { login = 1200 }
        [diagnosis]
        opens = [4, 5]
        levels = { white_bright_share = 0.97 }
        [[devices]]
        id = "yard"
        min_poll_interval_s = 7200
        budget = { logins_per_day = 10 }
        """
    )

    assert config.pace.health_every == timedelta(hours=1)
    assert config.pace.concurrency == 2
    assert config.pace.every == {
        "login": timedelta(seconds=1200),
        "clock": timedelta(seconds=700),
    }
    assert (config.judgement.opens, config.judgement.clears) == ((4, 5), (5, 5))
    assert config.judgement.levels == {"black_luma": 5.0, "white_bright_share": 0.97}
    gate, yard = config.devices
    assert gate == source.local.devices[0]
    assert budget_of(yard).logins_per_day == 10
    assert budget_of(yard).wakeups_per_day == 48
    assert (yard.target, config.broker, config.keys) == (
        source.local.devices[1].target,
        source.local.broker,
        source.local.keys,
    )


def test_everything_that_is_wrong_is_told_at_once(source: Source) -> None:
    """Identity, broker, keys, addresses and credentials are named one by one, with the rest."""
    text = """
    [agent]
    id = "other"
    [broker]
    host = "192.0.2.99"
    [keys]
    command = "mine.pem"
    [schedule]
    health_every_s = 60
    telemetry_every_s = "often"
    login_retry_s = 1
    watch_seconds = 1e9
    every_s = { teleport = 5 }
    [uplink]
    mb_per_month = 250
    month_begins_on = 3
    [diagnosis]
    opens = [9, 5]
    levels = { charm = 1.0 }
    [[devices]]
    id = "gate"
    address = "192.0.2.66"
    password_file = "/etc/shadow"
    min_poll_interval_s = 10
    budget = { wakeups_per_day = 41, bytes_per_day = -1, beers_per_day = 3 }
    [[devices]]
    id = "gate"
    [[devices]]
    id = "roof"
    """
    assert problems_of(source, text) == {
        "agent": "not_by_order",
        "broker": "not_by_order",
        "keys": "not_by_order",
        "schedule.health_every_s": "below_file",
        "schedule.telemetry_every_s": "not_number",
        "schedule.login_retry_s": "not_by_order",
        "schedule.watch_seconds": "number_range",
        "schedule.every_s.teleport": "no_probe",
        "uplink.mb_per_month": "above_file",
        "uplink.month_begins_on": "not_by_order",
        "diagnosis.opens": "not_pair",
        "diagnosis.levels.charm": "no_level",
        "devices[0].address": "not_by_order",
        "devices[0].password_file": "not_by_order",
        "devices[0].min_poll_interval_s": "below_file",
        "devices[0].budget.wakeups_per_day": "above_file",
        "devices[0].budget.bytes_per_day": "whole_range",
        "devices[0].budget.beers_per_day": "unknown",
        "devices[1].id": "ordered_twice",
        "devices[2].id": "no_such_device",
    }


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        pytest.param("[schedule", "not_toml", id="no TOML"),
        pytest.param("#" * 4097, "overlay_too_long", id="too long"),
        pytest.param("[schedule]\n" + "a." * 1500 + "b = 1", None, id="deep"),
        pytest.param("schedule = 3", None, id="a value for a table"),
        pytest.param("devices = 3", None, id="a value for tables"),
    ],
)
def test_what_is_no_configuration_is_refused(source: Source, text: str, wrong: str | None) -> None:
    """Whatever the bytes, the answer is a problem with a name, never a crash."""
    found = problems_of(source, text)
    assert found
    if wrong:
        assert found == {"-": wrong}


def test_an_order_cannot_shorten_what_spares_a_battery(source: Source) -> None:
    """Where the file states no interval, wake-ups spread over the day still hold."""
    config = source.read('[[devices]]\nid = "yard"\nmin_poll_interval_s = 1\n')
    yard = config.devices[1]
    assert least_interval(yard, None, budget=budget_of(yard), profiles=()) == timedelta(minutes=30)


@given(
    limits=st.dictionaries(st.sampled_from(BUDGET_KEYS), st.integers(-5, 2**41)),
    poll=st.none() | st.integers(-5, 100_000),
    health=st.none() | st.integers(0, 100_000),
    plan=st.dictionaries(st.sampled_from(["mb_per_month", "hard_cap_mb"]), st.integers(-1, 500)),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_no_order_raises_a_limit(
    tmp_path: Path,
    limits: dict[str, int],
    poll: int | None,
    health: int | None,
    plan: dict[str, int],
) -> None:
    """Whatever is ordered: refused, or no budget is higher and no visit or report more frequent."""
    source = make_source(tmp_path)
    text = "" if health is None else f"[schedule]\nhealth_every_s = {health}\n"
    text += "[uplink]\n" + "".join(f"{key} = {value}\n" for key, value in plan.items())
    text += '[[devices]]\nid = "gate"\n'
    text += "" if poll is None else f"min_poll_interval_s = {poll}\n"
    text += "[devices.budget]\n" + "".join(f"{key} = {value}\n" for key, value in limits.items())
    try:
        config = source.read(text)
    except ConfigError:
        return
    own, new = source.local.devices[0], config.devices[0]
    for key in BUDGET_KEYS:
        assert getattr(budget_of(new), key) <= getattr(budget_of(own), key)
    before = least_interval(own, None, budget=budget_of(own), profiles=())
    assert least_interval(new, None, budget=budget_of(new), profiles=()) >= before
    assert 0 < config.plan.plan_bytes <= source.local.plan.plan_bytes
    assert 0 < config.plan.cap_bytes <= source.local.plan.cap_bytes
    assert config.pace.health_every >= source.local.pace.health_every


@pytest.mark.parametrize(
    ("broker", "keepalive_s"), [("", 1800), ("[broker]\nkeepalive_s = 90\n", 90)]
)
def test_an_ordered_plan_brings_the_metered_paces(
    tmp_path: Path, broker: str, keepalive_s: int
) -> None:
    """A wired agent whose plan comes by order talks rarely too; what its file states stands."""
    path = tmp_path / "agent.toml"
    path.write_text(f'[agent]\nid = "agent"\n{broker}')
    source = read_source(path)
    config = source.read("[uplink]\nmb_per_month = 10\n")

    assert config.broker.keepalive_s == keepalive_s
    assert config.pace.health_every == timedelta(hours=1)
    assert config.pace.telemetry_every > timedelta(hours=5)
    assert source.read("[schedule]\nhealth_every_s = 400\n").broker == source.local.broker
