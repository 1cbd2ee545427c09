"""The strips of a device page: what is drawn is what was told, and it reads without a script."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from collector.claims.policy import Policy
from collector.compact import compact_agent
from collector.telemetry.samples import Sample, second_of
from collector.web.pages.device_days import ENERGY, to_days
from shared.fold import Kind
from shared.reading import Quality, Reading, Value
from tests.collector.web.conftest import NOW, Console, Signed
from tests.collector.web.test_trend import HOUR, charges, tell

URL = "/api/v1/devices/2/strips"


def good(name: str, value: Value, unit: str = "", *, ago: timedelta = timedelta(0)) -> Reading:
    """A good reading so long before now."""
    return Reading(name, value, unit, NOW - ago, Quality.GOOD)


@pytest.mark.parametrize("merged", [False, True])
async def test_numbers_of_a_strip_are_those_told(
    console: Console, signed: Signed, merged: bool
) -> None:
    """Over 24 hours every reading; over 7 days means with lows and highs, and gaps as null."""
    tell(console, *charges(without=range(5, 9)))
    if merged:
        compact_agent(console.engine, "nvr-quarry", policy=Policy(), now=NOW)
    client = await signed("integrator")
    day = (await (await client.get(f"{URL}?span=24h")).json())["strips"][0]["left"]
    week = (await (await client.get(f"{URL}?span=7d")).json())["strips"][0]["left"]

    assert (day["reading"], day["unit"]) == ("battery.charge", "%")
    assert (day["at_s"][-1], day["mean"][-1]) == (second_of(NOW), 20)
    assert day["mean"].count(None) == week["mean"].count(None) == 1
    assert week["mean"][-1] == 20
    assert all(
        low is None or low <= mean <= high
        for low, mean, high in zip(week["low"], week["mean"], week["high"], strict=True)
    )


async def test_week_of_rare_visits_is_joined(console: Console, signed: Signed) -> None:
    """Hours that nothing joins are not drawn: one visit in six hours is no row of gaps."""
    told = [
        good("battery.charge", 50 + hours / 10, "%", ago=hours * HOUR) for hours in range(0, 96, 6)
    ]
    tell(console, *told)
    client = await signed("integrator")
    week = (await (await client.get(f"{URL}?span=7d")).json())["strips"][0]["left"]

    assert len(week["at_s"]) == len(told)
    assert None not in week["mean"]


async def test_lanes_tell_fault_failure_and_silence(console: Console, signed: Signed) -> None:
    """The API and the page name the same states, the page in both languages."""
    tell(
        console,
        *[good("login.accepted", "digest", ago=hours * HOUR) for hours in range(12)],
        Reading("stream.fps", None, "1/s", NOW, Quality.FAILED, cause="timeout"),
    )
    client = await signed("integrator")
    lanes = (await (await client.get(URL)).json())["lanes"]
    runs = {lane["family"]: [state for state, _ in lane["runs"]] for lane in lanes}
    assert runs["login"] == ["gap", "ok"]
    assert runs["stream"] == ["gap", "unknown"]
    assert all(sum(slots for _, slots in lane["runs"]) == 288 for lane in lanes)

    english = await (await client.get("/devices/2?lang=en")).text()
    chinese = await (await client.get("/devices/2?lang=zh")).text()
    assert 'class="track"' in english
    assert "unknown: heard, not read" in english
    assert "未知：有数据但未读到" in chinese


async def test_page_reads_without_a_script(console: Console, signed: Signed) -> None:
    """Last values with their age, why one is missing, the lanes' table and a way to each plot."""
    tell(
        console,
        *charges(),
        Reading("solar.power", None, "mW", NOW - 3 * HOUR, Quality.UNSUPPORTED),
        good("cellular.rsrp", -99, "dBm", ago=40 * HOUR),
    )
    client = await signed("integrator")
    text = await (await client.get("/devices/2?span=24h&lang=en")).text()
    section = text[text.index('id="strips"') : text.index('id="trend"')]
    assert "Battery charge <strong>20 %</strong>" in section
    assert "Solar power: this device does not offer it" in section
    assert "4G RSRP: no good value in this span" in section
    assert "reading=battery.charge" in section
    assert "Checks as a table" in section


async def test_silent_device_is_not_drawn_as_well(console: Console, signed: Signed) -> None:
    """Nothing heard is said in words, not drawn as a green lane."""
    client = await signed("integrator")
    text = await (await client.get("/devices/6?lang=en")).text()
    section = text[text.index('id="strips"') :]
    section = section[: section.index("</section>")]
    assert '<g class="ok">' not in section


@pytest.mark.parametrize("query", ["span=1y", "span=24h%00"])
async def test_span_that_there_is_not_is_refused(signed: Signed, query: str) -> None:
    """A question without an answer is 422, and another slice's device is not found."""
    client = await signed("integrator")
    assert (await client.get(f"{URL}?{query}")).status == 422
    assert (await client.get("/api/v1/devices/11/strips")).status == 404


async def test_series_of_several_readings_are_those_of_each(
    console: Console, signed: Signed
) -> None:
    """Asked for at once they are what they are one by one."""
    tell(console, *charges(), good("solar.power", 900, "mW", ago=HOUR))
    client = await signed("integrator")
    path = "/api/v1/devices/2/series?reading=battery.charge"
    both = await (await client.get(f"{path}&reading=solar.power")).json()
    alone = await (await client.get(path)).json()
    assert [one["reading"] for one in both["series"]] == ["battery.charge", "solar.power"]
    assert both["series"][0]["items"] == alone["items"]
    assert both["series"][1]["items"][0]["last"] == 900
    assert (await client.get(path + "&reading=x" * 8)).status == 200  # the same name again
    too_many = "".join(f"&reading=x{number}" for number in range(8))
    assert (await client.get(path + too_many)).status == 422


async def test_days_of_the_ledger_are_told(console: Console, signed: Signed) -> None:
    """A day that an agent told after its midnight is that day's, with its cause in words."""
    tell(
        console,
        good("energy.gained", 12.5, "%", ago=14 * HOUR),
        good("energy.spent", 20, "%", ago=14 * HOUR),
        good("energy.use_standby", 7.5, "%", ago=14 * HOUR),
        good("energy.cause", "dirty_or_shaded", ago=14 * HOUR),
        good("radio.reconnects", 3, ago=14 * HOUR),
    )
    client = await signed("integrator")
    text = await (await client.get("/devices/2?lang=en")).text()
    section = text[text.index('id="energy"') : text.index('id="radio"')]
    assert "Gained (%)" in section
    assert ">12.5<" in section
    assert "Standby takes at most (%)" in section and ">7.5<" in section
    assert "panel dirty or shaded" in section
    assert "面板脏污或被遮挡" in await (await client.get("/devices/2?lang=zh")).text()


def test_day_that_closed_after_midnight_is_the_one_before() -> None:
    """In the site's calendar; a value that is not good is a dash, not a zero."""
    at = second_of(NOW.replace(hour=16, minute=5))  # 00:05 of the 24th in Shanghai
    kinds = [Kind("energy.gained", "%", quality, "", "", "") for quality in Quality]
    samples = {
        "energy.gained": {at: Sample(kinds[0], 9)},
        "energy.spent": {at: Sample(kinds[1], None)},
    }
    days = to_days(samples, ENERGY, zone="Asia/Shanghai")
    (row,) = days.rows
    assert (row.day, row.number("energy.gained")) == (date(2026, 11, 23), 9)
    assert days.columns == ("energy.gained",)
