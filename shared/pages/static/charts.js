// Charts from data: stacked bars, lines and steps, drawn by uPlot in the colours of the style sheet.
//
// A chart is what docs/pages.md says of it. This file draws it; chart_text.js has its texts and axes, chart_marks.js
// what is drawn over its series, chart_zoom.js the part that is shown, chart_cursor.js what it says at a point.

const charts = (() => {
  const WHOLE = [1, 2, 5].flatMap((each) => [...Array(13).keys()].map((power) => each * 10 ** power)).sort((a, b) => a - b);
  const FEW = 4; // lines that are named at their ends
  const entries = [];
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const colourOf = (series, at) => colour(series.colour || `--c${at % 8}`);

  function stacked(series) {
    const sums = [];
    return series.map((each) => each.values.map((value, at) => (sums[at] = (sums[at] || 0) + (value || 0))));
  }

  // Bars are named below themselves: every one, every second, every seventh … as there is room.
  function barSplits(xs, room) {
    return (plot, axis, from, to) => {
      const seen = xs.filter((at) => at >= from && at <= to);
      const every = Math.ceil(seen.length / Math.max(1, Math.floor(plot.bbox.width / devicePixelRatio / room)));
      return seen.filter((_, at) => at % every === 0);
    };
  }

  // The names of a few lines stand where they end, each below the one above it.
  function nameLines(chart, plot) {
    const { ctx, bbox } = plot, ratio = devicePixelRatio, height = 15 * chartText.scale() * ratio;
    const last = plot.series[0].idxs ? plot.series[0].idxs[1] : plot.data[0].length - 1;
    const ends = chart.series.map((each, at) => ({ each, at, value: each.values[last] })).filter(({ value }) => value !== null && value !== undefined)
      .map((end) => ({ ...end, y: plot.valToPos(end.value, "y", true) })).sort((a, b) => a.y - b.y);
    ends.forEach((end, at) => { if (at) end.y = Math.max(end.y, ends[at - 1].y + height); });
    const over = ends.length ? ends[ends.length - 1].y - (bbox.top + bbox.height) : 0;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    for (const { each, at, y } of ends) {
      const top = y - Math.max(0, over);
      ctx.fillStyle = colourOf(each, at);
      ctx.fillRect(bbox.left + bbox.width + 6 * ratio, top - 4 * ratio, 8 * ratio, 8 * ratio);
      ctx.fillStyle = colour("--ink");
      ctx.fillText(chartText.shortened(each.name, plot.named - 24), bbox.left + bbox.width + 18 * ratio, top);
    }
  }

  function drawMarks(chart) {
    return (plot) => {
      const { ctx, bbox } = plot, ratio = devicePixelRatio;
      ctx.save();
      ctx.font = chartText.font(ratio);
      ctx.fillStyle = colour("--dim");
      ctx.textAlign = "left";
      ctx.fillText(chart.unit || "", 0, bbox.top - 13 * ratio);
      chartMarks.draw(chart, plot, colour);
      if (plot.named) nameLines(chart, plot);
      ctx.restore();
    };
  }

  function wholeOf(chart, xs) {
    const step = xs.length > 1 ? xs[1] - xs[0] : 86400, margin = chart.kind === "bars" || xs.length < 2 ? step / 2 : 0;
    return [xs[0] - margin, xs[xs.length - 1] + margin];
  }
  function closest(xs) {
    let found = Infinity;
    for (let at = 1; at < xs.length; at += 1) found = Math.min(found, xs[at] - xs[at - 1] || Infinity);
    return Math.min(found * 2, 2 * 86400 * 366);
  }

  // A step that began before the part that is shown still runs in it: the scale is that of all steps.
  function heights(chart) {
    const all = chart.kind === "steps" && chart.series.reduce((top, each) => each.values.reduce((found, value) => Math.max(found, value || 0), top), 0);
    return (plot, low, high) => {
      const top = chart.kind === "steps" ? all : chartMarks.top(chart, high || 1);
      return [Math.min(0, low) * 1.08, (top || 1) * 1.08];
    };
  }

  // How high the numbers of a chart go, as its axis writes them: charts that move together keep one width for them.
  const highest = (chart) => chartText.axisNumbers([chart.series.reduce((top, each) => each.values.reduce((found, value) => Math.max(found, value || 0), top), 0)], 1)[0];
  const isDirect = (chart, width) => chart.kind !== "bars" && chart.series.length > 1 && chart.series.length <= FEW && width >= 500 * chartText.scale();
  const endsOf = (chart, width) => (isDirect(chart, width) ? Math.min(chartText.widest(chart.series.map((each) => each.name)) + 26, width * 0.3) : 0);

  function axes(chart, xs, peers) {
    const grid = { stroke: colour("--line"), width: 1 }, stroke = colour("--dim"), font = chartText.font();
    const named = chartText.widest(chartText.axisDates(chart, [xs[0], xs[xs.length - 1]]).flatMap((each) => each.split("\n")));
    const beside = peers.length > 1 ? chartText.widest(peers.map(highest)) : 0;
    const wide = (values) => Math.ceil(Math.max(beside + 12, chartText.widest(values || []) + 12, named / 2 + 2));
    return { room: named, axes: [
      { stroke, font, grid: { show: false }, ticks: grid, space: named + 16, size: 52 * chartText.scale(), values: (plot, splits) => chartText.axisDates(chart, splits), splits: chart.kind === "bars" || chart.x[0].length < 11 ? barSplits(xs, named + 16) : undefined },
      { stroke, font, grid, ticks: { show: false }, space: 26 * chartText.scale(), incrs: chart.whole ? WHOLE : undefined, values: (plot, splits, axis, space, step) => chartText.axisNumbers(splits, step), size: (plot, values, axis, cycle) => (cycle > 1 ? plot.axes[axis]._size : wide(values)) },
    ] };
  }

  function options(chart, xs, place, hover, entry) {
    const bars = chart.kind === "bars", width = Math.max(place.clientWidth, 200), found = axes(chart, xs, entry.peers);
    entry.named = endsOf(chart, width);
    const right = Math.max(found.room / 2, ...entry.peers.map((each) => endsOf(each, width)));
    const paths = bars ? uPlot.paths.bars({ size: [0.8, 60] }) : chart.kind === "steps" ? uPlot.paths.stepped({ align: 1 }) : uPlot.paths.linear();
    const series = chart.series.map((each, at) => ({
      label: each.name, paths, points: { show: !bars && chart.kind !== "steps" && xs.length < 40 }, width: bars ? 0 : 2, stroke: colourOf(each, at),
      fill: bars ? colourOf(each, at) : undefined, dash: each.dashed ? [6, 4] : undefined,
    }));
    const [min, max] = chartZoom.current(entry), high = chart.height || 300;
    return {
      width, height: Math.round((width < 500 ? high * 0.75 : high) + 24 * (chartText.scale() - 1) * 3), tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "UTC"),
      padding: [28 * chartText.scale(), right, 0, 0], legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false, dist: 8 }, points: { show: !bars } },
      scales: { x: { time: true, min, max, range: (plot, low, high) => (low === xs[0] && high === xs[xs.length - 1] ? entry.whole : [low, high]) }, y: { range: heights(chart) } },
      axes: found.axes, series: [{}, ...(bars ? series.reverse() : series)],
      hooks: { draw: [drawMarks(chart)], setCursor: [(plot) => pointed(entry, hover)], setScale: [(plot, key) => key === "x" && rescaled(entry)] },
    };
  }

  // Of charts that move together one leads, the one that was pointed at or that has the keys; the others follow it.
  let leader = null;
  const follows = (entry) => Boolean(entry.chart.sync && leader && leader !== entry && leader.chart.sync === entry.chart.sync);
  function follow(entry) {
    if (leader.shown === undefined) entry.plot.setCursor({ left: -10, top: -10 });
    else entry.plot.setCursor({ left: entry.plot.valToPos(leader.xs[leader.shown], "x"), top: 1 });
  }

  function pointed(entry, hover) {
    const { plot } = entry, { idx, left } = plot.cursor, shown = idx !== null && idx !== undefined && left >= 0;
    if (shown && !follows(entry)) hover.show(idx, left, plot.over.clientWidth, plot.over.clientHeight);
    else hover.box.hidden = true;
    if (follows(entry)) return;
    leader = entry;
    entry.shown = shown ? idx : undefined;
    entries.filter(follows).forEach(follow);
  }

  // What was dragged over, or the whole again after a double click.
  function rescaled(entry) {
    const { min, max } = entry.plot.scales.x, [from, to] = chartZoom.current(entry);
    if (Math.abs(min - from) > 0.5 || Math.abs(max - to) > 0.5) chartZoom.set(entries, entry, min, max);
    if (follows(entry)) follow(entry); // the moment is at another place now
  }

  // What was clicked on: the series whose part of the bar is under the pointer.
  function clicked(chart, plot) {
    const { idx, top } = plot.cursor;
    if (idx == null) return undefined;
    const value = plot.posToVal(top, "y"), sums = stacked(chart.series);
    return chart.series.find((each, at) => value <= sums[at][idx] && value >= (at ? sums[at - 1][idx] : 0));
  }

  function legend(chart, go, named) {
    const place = document.getElementById(`${chart.id}-legend`);
    if (!place) return;
    place.hidden = chart.series.length < 2 || (named > 0 && !chart.series.some((each) => each.href));
    place.replaceChildren(...chart.series.map((each, at) => {
      const button = document.createElement(each.href ? "button" : "span"), spot = document.createElement("i"), name = document.createElement("span");
      spot.style.background = colourOf(each, at);
      name.textContent = button.title = each.name;
      button.append(spot, name);
      if (each.href) button.addEventListener("click", () => go(each.href));
      return button;
    }));
  }

  function zoomButtons(entry) {
    const group = document.createElement("div");
    group.className = "zoom";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Part that is shown");
    entry.buttons = [["+", "Zoom in", 0.5], ["−", "Zoom out", 2], ["Whole", "", 0]].map(([text, name, factor]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      if (name) button.setAttribute("aria-label", name);
      if (factor) button.dataset.factor = factor;
      button.onclick = () => { if (factor) chartZoom.by(entries, entry, factor); else chartZoom.set(entries, entry, ...entry.whole); zoomed(entry); };
      return button;
    });
    group.append(...entry.buttons);
    entry.place.before(group);
  }
  function zoomed(entry) {
    const [from, to] = chartZoom.current(entry).map((at) => chartText.moment(`${new Date(at * 1000).toISOString().slice(0, 16)}Z`));
    entry.aloud.textContent = chartZoom.isZoomed(entry) ? `From ${from} to ${to}` : "The whole is shown";
  }

  // The row of a table that belongs to a point, the newest one that is no later.
  function rowAt(chart, index) {
    for (let at = index; at >= 0; at -= 1) if (chart.rows && chart.rows[at]) return document.getElementById(chart.rows[at]);
    return null;
  }
  function current(row) {
    document.querySelectorAll("tr[aria-current]").forEach((each) => each.removeAttribute("aria-current"));
    if (row) row.setAttribute("aria-current", "true");
  }
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const behavior = () => (still.matches ? "auto" : "smooth");
  function toRow(entry, index) {
    const row = rowAt(entry.chart, index);
    if (!row) return;
    const folded = row.closest("details");
    if (folded) folded.open = true;
    current(row);
    (row.querySelector("button, a") || row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "center", behavior: behavior() });
  }
  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-moment]"), entry = row && entries.find((each) => each.chart.id === row.dataset.chart);
    if (!entry || event.target.closest("a")) return;
    current(row);
    chartCursor.to(entries, entry, chartCursor.nearest(entry.xs, chartText.seconds(row.dataset.moment)));
    entry.place.scrollIntoView({ block: "nearest", behavior: behavior() });
  });

  function draw(chart, go, peers) {
    const place = document.getElementById(chart.id);
    if (!place || !window.uPlot) return;
    place.replaceChildren();
    place.parentElement.querySelectorAll(":scope > .zoom").forEach((each) => each.remove());
    if (!chart.x.length) return;
    const xs = chart.x.map(chartText.seconds), hover = chartCursor.makeBox(chart, peers, colourOf);
    const entry = { chart, peers, place, go, xs, whole: wholeOf(chart, xs), closest: closest(xs), size: sizeOf(place) };
    const ys = chart.kind === "bars" ? stacked(chart.series).reverse() : chart.series.map((each) => each.values);
    const leads = !chart.sync || !entries.some((each) => each.chart.sync === chart.sync);
    entries.push(entry);
    entry.plot = new uPlot(options(chart, xs, place, hover, entry), [xs, ...ys], place);
    entry.plot.named = entry.named;
    entry.plot.over.append(hover.box);
    entry.aloud = chartCursor.label(place, chart);
    const enter = (found, index) => { const hit = chart.kind === "bars" && clicked(chart, found.plot); if (hit && hit.href) go(hit.href); else toRow(found, index); };
    // Of a double click, which shows the whole again, the first half leads nowhere.
    let second = 0;
    entry.plot.over.addEventListener("click", () => {
      const { idx } = entry.plot.cursor;
      clearTimeout(second);
      if (idx != null) second = setTimeout(() => entry.plot.cursor.idx != null && enter(entry, idx), chartZoom.isZoomed(entry) ? 300 : 0);
    });
    entry.plot.over.addEventListener("dblclick", () => clearTimeout(second));
    entry.plot.over.addEventListener("mousemove", () => { entry.index = undefined; });
    entry.lead = () => { leader = entry; };
    for (const name of ["pointerenter", "pointerdown"]) entry.plot.over.addEventListener(name, entry.lead);
    if (xs.length > 3 && leads) zoomButtons(entry);
    chartCursor.keys(entries, entry, { enter: (found, index) => toRow(found, index), zoomed });
    chartZoom.touch(entries, entry, (at) => chartCursor.to(entries, entry, chartCursor.nearest(xs, at), { say: false }));
    chartZoom.show(entry);
    legend(chart, go, entry.named);
    watch.observe(place.parentElement); // its caption grows with the letters, also where the width stays
  }

  function drawAll(list, go, isNext = false) {
    if (isNext) chartZoom.keep(entries.map((each) => each.chart), list.filter((each) => each.x.length));
    else chartZoom.readAddress();
    paint(list, go);
  }
  // Charts of a part of the page that came later.
  const add = (list, go) => list.forEach((chart) => draw(chart, go, peersOf(list, chart)));
  const peersOf = (list, chart) => (chart.sync ? list.filter((each) => each.sync === chart.sync) : [chart]);
  function paint(list, go) {
    watch.disconnect();
    entries.splice(0).forEach(({ plot }) => plot.destroy());
    leader = null;
    list.forEach((chart) => draw(chart, go, peersOf(list, chart)));
  }
  const again = () => paint(entries.map(({ chart }) => chart), entries.length ? entries[0].go : undefined);

  // Another width or another size of letters: drawn anew for it, not stretched.
  const sizeOf = (place) => `${place.clientWidth} ${chartText.scale()}`;
  let wait = 0;
  const watch = new ResizeObserver(() => {
    clearTimeout(wait);
    wait = setTimeout(() => { if (entries.some((each) => each.size !== sizeOf(each.place))) again(); }, 80);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  const printed = (now) => { document.documentElement.classList.toggle("printed", now); again(); };
  addEventListener("beforeprint", () => printed(true));
  addEventListener("afterprint", () => printed(false));
  matchMedia("print").addEventListener("change", (event) => printed(event.matches));
  return { add, drawAll, zoomInAddress: chartZoom.inAddress };
})();
