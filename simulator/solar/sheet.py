"""A site's life to look at: a table of truths, a list of visits, a drawing of every camera."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

import numpy as np

from simulator.solar.account import MONTH_DAYS, Month, months_of
from simulator.solar.books import books_of
from simulator.solar.grid import STEPS_A_DAY
from simulator.solar.past import Past
from simulator.solar.site import Site
from simulator.solar.sky import Series

_WIDTH, _LEFT, _TOP, _ROW = 900, 190, 46, 92
_COLOURS: Final = {"charge": "#1f6f43", "sun": "#d9a400", "use": "#8a4fbf", "signal": "#2060a8"}


def truths_table(site: Site) -> str:
    """The site in a line, then each camera-month with what was the matter."""
    place = site.place
    lines = [
        f"site {site.seed}: latitude {place.latitude_deg:.1f}, from {site.grid.start:%Y-%m-%d}"
        f" for {site.grid.days} days; mean {site.weather.temperature_c.mean():.0f} °C,"
        f" cloud {site.weather.cloud.mean():.0%}; outages: {len(site.outages)}",
        f"{'camera':14s} {'month':>5s} {'truth':18s} {'plain':>6s} {'low':>5s} {'used':>6s}"
        f" {'clean':>6s} {'given':>6s} {'cold':>6s} {'rsrp':>5s}  also",
    ]
    books = {device: books_of(past) for device, past in site.pasts.items()}
    for month in months_of(site):
        book, past = books[month.device_id], site.pasts[month.device_id]
        days = slice(month.index * MONTH_DAYS, (month.index + 1) * MONTH_DAYS)
        steps = slice(days.start * STEPS_A_DAY, days.stop * STEPS_A_DAY)
        also = ", ".join(sorted(one.value for one in month.also))
        lines.append(
            f"{month.device_id:14s} {month.index + 1:5d} {month.truth.value:18s}"
            f" {month.plain_days:5.0f}d {book.low[days].min():5.0%} {book.used[days].mean():6.0f}"
            f" {book.clean[days].mean():6.0f} {book.given[days].mean():6.0f}"
            f" {book.locked[days].mean():6.0f}"
            f" {np.median(past.signal.rsrp_dbm[steps]):5.0f}  {also}"
        )
    return "\n".join(lines)


def write_visits(site: Site, device_id: str) -> Iterator[str]:
    """What one camera said, a line a visit."""
    for visit in site.visits():
        if visit.device_id == device_id:
            said = "no answer"
            if visit.values is not None:
                said = "  ".join(f"{name}={value}" for name, value in visit.values.items())
            yield f"{visit.agent_at:%Y-%m-%d %H:%M}  {said}"


def draw_site(site: Site) -> str:
    """An SVG: charge, sun, use and signal of each camera over the days, truths beneath."""
    months: dict[str, list[Month]] = {}
    for month in months_of(site):
        months.setdefault(month.device_id, []).append(month)
    rows = [
        _draw_camera(past, months[device], top=_TOP + index * _ROW)
        for index, (device, past) in enumerate(site.pasts.items())
    ]
    height = _TOP + len(rows) * _ROW + 10
    legend = " ".join(
        f'<tspan fill="{colour}">■ {name}</tspan>' for name, colour in _COLOURS.items()
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
        f' font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="#fff"/>'
        f'<text x="10" y="18" font-size="13">Site {site.seed}, latitude'
        f" {site.place.latitude_deg:.1f}, from {site.grid.start:%Y-%m-%d}:"
        f" charge 0..100 %, sun and use in Ah a day (0..4), RSRP -130..-70 dBm</text>"
        f'<text x="10" y="36">{legend}</text>{"".join(rows)}</svg>'
    )


def _draw_camera(past: Past, months: list[Month], *, top: int) -> str:
    books = books_of(past)
    days = books.low.size
    signal = np.median(past.signal.rsrp_dbm.reshape(-1, STEPS_A_DAY), axis=1)
    drawn = [
        _line("sun", books.given / 4000, top),
        _line("use", books.used / 4000, top),
        _line("signal", (signal + 130) / 60, top),
        _line("charge", books.low, top),
    ]
    words = []
    for month in months:
        x = _x(month.index * MONTH_DAYS, days)
        words.append(
            f'<line x1="{x:.0f}" x2="{x:.0f}" y1="{top}" y2="{top + 74}" stroke="#ccc"/>'
            f'<text x="{x + 3:.0f}" y="{top + 84}" fill="#444">{escape(month.truth.value)}</text>'
        )
    camera = past.camera
    kind = f"{camera.pack.capacity_mah / 1000:.1f} Ah, {camera.panel.peak_w:.1f} W"
    return (
        f'<text x="10" y="{top + 14}">{escape(camera.device_id)}</text>'
        f'<text x="10" y="{top + 30}" fill="#666">{kind}</text>'
        f'<text x="10" y="{top + 46}" fill="#666">{camera.firmware.name.lower()}</text>'
        f"{''.join(words)}{''.join(drawn)}"
    )


def _x(day: float, days: int) -> float:
    return _LEFT + day / days * (_WIDTH - _LEFT - 10)


def _line(name: str, values: Series, top: int) -> str:
    points = " ".join(
        f"{_x(day + 0.5, values.size):.1f},{top + 72 - 70 * min(1.0, max(0.0, value)):.1f}"
        for day, value in enumerate(values.tolist())
    )
    return f'<polyline points="{points}" fill="none" stroke="{_COLOURS[name]}" stroke-width="1.2"/>'
