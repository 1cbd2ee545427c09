// The plots of a device page, by uPlot: one time axis, one cursor, in the site's zone. The lanes of
// checks, the last values and the table are the page's own and need none of this.
(() => {
  "use strict";
  const card = document.getElementById("strips");
  const places = card ? [...card.querySelectorAll("[data-strip]")] : [];
  if (!places.length || !window.uPlot) return;
  const { zone, span, since, until } = card.dataset;
  const range = [Number(since), Number(until)];
  const GUTTER = 50; // as wide as the lanes are indented, so that all share one time axis
  const HEIGHT = 150;
  const lang = document.documentElement.lang;
  const clock = (options) => new Intl.DateTimeFormat(lang, { timeZone: zone, hourCycle: "h23", ...options });
  const whole = clock({ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });
  const tick = clock(span === "24h" ? { hour: "2-digit", minute: "2-digit" } : { month: "2-digit", day: "2-digit" });
  const say = (form, second) => form.format(new Date(second * 1000));
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const faint = (shade) => `${shade}2e`; // our colours are #rrggbb
  const plots = [];
  const lanes = card.querySelector(".lanes");
  const pointer = lanes ? lanes.appendChild(document.createElement("i")) : null;
  if (pointer) { pointer.className = "lane-cursor"; pointer.hidden = true; }

  const point = (plot) => {
    if (!pointer) return;
    pointer.hidden = plot.cursor.left === undefined || plot.cursor.left < 0;
    pointer.style.left = `${GUTTER + (plot.cursor.left || 0)}px`;
  };

  // Columns of one side: the mean, and where hours are summed up the highest and the lowest.
  const columns = (told, label, scale, shade) => {
    const number = (plot, value) => (value === null || value === undefined ? "–" : `${+value.toPrecision(4)}`);
    const made = [{ data: told.mean, series: { label: told.unit ? `${label} (${told.unit})` : label, scale, stroke: shade, width: 1.6, value: number, points: { show: span === "24h", size: 4, fill: shade } } }];
    if (told.high.length) {
      for (const data of [told.high, told.low]) made.push({ data, series: { label: "", scale, width: 0, stroke: "transparent", points: { show: false }, class: "bound" } });
    }
    return made;
  };

  const draw = (place, strip) => {
    const tables = [];
    const series = [{ label: card.dataset.time, value: (plot, second) => (second === null || second === undefined ? "–" : say(whole, second)) }];
    const bands = [];
    const muted = colour("--muted");
    const grid = { stroke: colour("--line"), width: 1 };
    const axes = [{ stroke: muted, grid, ticks: grid, space: 60, values: (plot, splits) => splits.map((second) => say(tick, second)) }];
    for (const side of ["left", "right"]) {
      const told = strip[side];
      if (!told) continue;
      const shade = colour(side === "left" ? "--info" : "--warning");
      for (const column of columns(told, place.dataset[side], side, shade)) {
        series.push(column.series);
        tables.push([told.at_s, column.data]);
      }
      if (told.high.length) bands.push({ series: [series.length - 2, series.length - 1], fill: faint(shade) });
      axes.push({ scale: side, side: side === "left" ? 3 : 1, stroke: shade, size: GUTTER, grid: side === "left" ? grid : { show: false }, ticks: grid, values: (plot, splits) => splits.map((value) => short(value)) });
    }
    return new uPlot({
      width: place.clientWidth, height: HEIGHT, padding: [8, strip.right ? 0 : GUTTER, 0, strip.left ? 0 : GUTTER],
      tzDate: (second) => uPlot.tzDate(new Date(second * 1000), zone),
      scales: { x: { time: true, range } },
      series, bands, axes,
      legend: { live: true },
      cursor: { sync: { key: "strips", setSeries: false }, drag: { x: false, y: false } },
      hooks: { setCursor: [point] },
    }, uPlot.join(tables), place); // what one side has no number for is no gap of its; null is
  };

  // Axis labels that fit the gutter: 15000 becomes 15k.
  const short = (value) => (Math.abs(value) >= 10000 ? `${+(value / 1000).toPrecision(3)}k` : `${+value.toPrecision(6)}`);

  const redraw = (found) => {
    while (plots.length) plots.pop().destroy();
    for (const place of places) {
      const strip = found.strips.find((one) => one.name === place.dataset.strip);
      if (strip && (strip.left || strip.right)) plots.push(draw(place, strip));
    }
  };

  fetch(card.dataset.strips, { headers: { Accept: "application/json" } }).then((answer) => {
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  }).then((found) => {
    redraw(found);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraw(found));
    new ResizeObserver(() => {
      for (const plot of plots) plot.setSize({ width: plot.root.parentElement.clientWidth, height: HEIGHT });
    }).observe(card);
  }).catch(() => {
    for (const place of places) place.textContent = card.dataset.failed;
  });
})();
