"""The trend of a reading: plot and table say the same, gaps stay gaps, strangers see nothing."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from collector.claims.policy import Policy
from collector.compact import compact_agent
from collector.store import tables as t
from collector.store import telemetry
from collector.web.trend_plot import Frame, Mark, draw_trend
from shared import wire
from shared.fold import fold
from shared.frame import Lane, pack
from shared.identity import Epoch
from shared.reading import Quality, Reading
from tests.collector.web.conftest import NOW, Console, Signed

HOUR = timedelta(hours=1)
DAYS = 8


def tell(console: Console, *readings: Reading) -> None:
    """Keep a batch of device 2 as it would have come, just now."""
    body = wire.encode(fold([("cam-2", one) for one in readings], sent_at=NOW))
    payload = pack(lane=Lane.TELEMETRY, epoch=Epoch(1, 7), seq=1, body=body, compress=True)
    with console.engine.begin() as db:
        telemetry.add_batch(
            db, agent_id="nvr-quarry", organisation_id="fit", payload=payload, now=NOW
        )


def charges(*, without: range = range(0)) -> list[Reading]:
    """A charge that falls by one an hour, twice an hour; ``without`` are hours ago."""
    return [
        Reading("battery.charge", 20 + hours, "%", NOW - hours * HOUR - minutes, Quality.GOOD)
        for hours in range(DAYS * 24)
        for minutes in (timedelta(0), timedelta(minutes=20))
        if hours not in without
    ]


@pytest.mark.parametrize("merged", [False, True])
async def test_table_sums_the_same_numbers(console: Console, signed: Signed, merged: bool) -> None:
    """Days of the site's calendar with count, lowest, mean and highest; merged or not."""
    tell(console, *charges())
    if merged:
        compact_agent(console.engine, "nvr-quarry", policy=Policy(), now=NOW)
    client = await signed("integrator")
    text = await (await client.get("/devices/2?reading=battery.charge&span=7d")).text()

    section = text[text.index('id="trend"') :]
    section = section[: section.index("</section>")]
    rows = re.findall(r"<tr><td>([-\d]+)</td>((?:<td class=\"num\">[^<]+</td>)+)</tr>", section)
    assert len(rows) in {7, 8}
    numbers = [float(cell) for cell in re.findall(r">([-\d.]+)<", rows[-1][1])]
    assert numbers[1] == 20  # the lowest is the newest
    assert 'class="band"' not in section or 'class="line"' in section
    assert section.count("<polyline") == 1


@pytest.mark.parametrize(
    ("told", "first"),
    [
        (("clock.offset", "picture.luma_mean", "stream.fps"), "stream.fps"),
        (("clock.offset", "picture.luma_mean"), "picture.luma_mean"),
        (("clock.offset", "stream.bitrate"), "clock.offset"),
    ],
)
async def test_the_first_trend_is_one_that_people_look_for(
    console: Console, signed: Signed, told: tuple[str, ...], first: str
) -> None:
    """A mains camera opens with its frame rate, else its brightness, as probes name them."""
    tell(console, *(Reading(name, 5.0, "", NOW - HOUR, Quality.GOOD) for name in told))
    client = await signed("integrator")
    text = await (await client.get("/devices/2")).text()

    assert f'<option value="{first}" selected' in text


async def test_line_breaks_where_nothing_is_known(console: Console, signed: Signed) -> None:
    """Hours without a reading are a gap, not a straight line across."""
    tell(console, *charges(without=range(5, 9)))
    client = await signed("integrator")
    text = await (await client.get("/devices/2?span=24h")).text()
    assert text.count("<polyline") == 2


async def test_device_without_numbers_says_so_in_both_languages(signed: Signed) -> None:
    """No number is told as no number."""
    client = await signed("integrator")
    assert "No reading with numbers" in await (await client.get("/devices/2?lang=en")).text()
    assert "尚未收到带数值的读数" in await (await client.get("/devices/2?lang=zh")).text()


async def test_series_gives_hours_and_points(console: Console, signed: Signed) -> None:
    """The API gives the same roll-ups and every exact point, in ISO 8601."""
    tell(console, *charges())
    client = await signed("integrator")
    path = "/api/v1/devices/2/series?reading=battery.charge"
    hours = (await (await client.get(path)).json())["items"]
    points = (await (await client.get(f"{path}&step=point")).json())["items"]

    assert sum(hour["samples"] for hour in hours) >= len(points) > 40
    assert points[-1] == {"at": NOW.isoformat(), "value": 20.0}
    assert datetime.fromisoformat(hours[-1]["at"]) == NOW.replace(minute=0)
    assert hours[-1]["last"] == 20.0


@pytest.mark.parametrize(
    "query",
    [
        "",
        "reading=a&step=minute",
        "reading=a&since=yesterday",
        "reading=a&since=2026-01-01T00:00:00",
        "reading=a&since=2026-01-01T00:00:00Z&step=point",
        "reading=a&since=2027-01-01T00:00:00Z",
        "reading=a&since=0001-01-01T00:00:00Z",
    ],
)
async def test_series_refuses_what_it_cannot_mean(signed: Signed, query: str) -> None:
    """A question without an answer is 422, not an empty series."""
    client = await signed("integrator")
    assert (await client.get(f"/api/v1/devices/2/series?{query}")).status == 422


async def test_series_of_another_slice_does_not_exist(console: Console, signed: Signed) -> None:
    """A device outside the visitor's organisation is not found, whatever it measured."""
    tell(console, *charges())
    client = await signed("integrator")
    assert (await client.get("/api/v1/devices/11/series?reading=battery.charge")).status == 404


def test_plot_names_are_escaped_and_flat_lines_are_drawn() -> None:
    """A name from an agent cannot become markup; equal values still have a scale."""
    marks = [Mark(at=NOW - HOUR, low=0, mean=0, high=0), Mark(at=NOW, low=0, mean=0, high=0)]
    frame = Frame(
        since=NOW - 24 * HOUR,
        until=NOW,
        zone=ZoneInfo("Asia/Shanghai"),
        title="<script>",
        description="x",
        longest_gap_s=7200,
    )
    drawn = draw_trend(marks, frame)
    assert "<script>" not in drawn
    assert "nan" not in drawn
    assert drawn.count("<circle") == 2
    assert draw_trend([], frame) == ""


async def test_damaged_days_are_named(console: Console, signed: Signed) -> None:
    """What is shown of them is not all, and page and API say so, whether or not a line is left."""
    tell(console, *charges())
    compact_agent(console.engine, "nvr-quarry", policy=Policy(), now=NOW)
    client = await signed("integrator")
    path = "/devices/2?reading=battery.charge&span=7d"
    series = "/api/v1/devices/2/series?reading=battery.charge"
    assert "readings is damaged" not in await (await client.get(path)).text()
    assert (await (await client.get(series)).json())["damaged_days"] == []

    with console.engine.begin() as db:
        day = NOW - timedelta(days=1)
        number = int(day.timestamp()) // 86_400
        db.execute(
            update(t.telemetry_day).where(t.telemetry_day.c.day == number).values(points=b"bad")
        )
    text = await (await client.get(f"{path}&lang=en")).text()
    whole = f'<span class="date">{day.date().isoformat()}</span>'  # no line ends within it
    assert f"is not all: {whole}" in text
    assert f"所示内容并不完整：{whole}" in await (await client.get(f"{path}&lang=zh")).text()
    told = await (await client.get(series)).json()
    assert told["damaged_days"] == [day.date().isoformat()]
