// Charts from data: stacked bars, lines and steps, drawn by uPlot in the colours of the style sheet.
//
// A chart is {id, kind, x, series, unit, marks, limits}: `x` are days as YYYY-MM-DD, months as YYYY-MM or moments in ISO
// 8601; a series is {name, values, shown, href, colour}: `values` are numbers for drawing, `shown` the texts that people read.

const charts = (() => {
  const drawn = [];
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const colourOf = (series, at) => colour(series.colour || `--c${at % 8}`);
  const seconds = (text) => Date.parse(text.length === 7 ? `${text}-01T00:00:00Z` : text.length === 10 ? `${text}T00:00:00Z` : text) / 1000;

  function stacked(series) {
    const sums = [];
    return series.map((each) => each.values.map((value, at) => (sums[at] = (sums[at] || 0) + (value || 0))));
  }

  function shortNumber(value, unit) {
    const steps = [[1e9, "B"], [1e6, "M"], [1e3, "k"]];
    const [size, letter] = steps.find(([least]) => Math.abs(value) >= least * 10) || [1, ""];
    const text = (value / size).toLocaleString("en", { maximumFractionDigits: Math.abs(value / size) < 10 ? 2 : 0 });
    return unit ? `${text}${letter} ${unit}` : text + letter;
  }

  // A day is named by day and month, the first one of a year with the year too.
  function dates(chart) {
    const months = chart.x.length && chart.x[0].length === 7;
    const moments = chart.x.length && chart.x[0].length > 10;
    return (plot, splits) => splits.map((at, index) => {
      const date = new Date(at * 1000);
      const options = months ? { month: "short" } : { day: "numeric", month: "short" };
      if (index === 0 || (index && new Date(splits[index - 1] * 1000).getUTCFullYear() !== date.getUTCFullYear())) options.year = "numeric";
      if (moments && splits.length > 1 && splits[1] - splits[0] < 86400) Object.assign(options, { hour: "2-digit", minute: "2-digit", hour12: false });
      return date.toLocaleString("en-GB", { ...options, timeZone: "UTC" });
    });
  }

  // Bars are named below themselves: every one, every second, every seventh … as there is room.
  function someOf(chart) {
    return (plot) => {
      const room = Math.max(1, Math.floor(plot.bbox.width / devicePixelRatio / 90)), every = Math.ceil(chart.x.length / room);
      return chart.x.filter((_, at) => at % every === 0).map(seconds);
    };
  }

  function hoverBox(chart) {
    const box = document.createElement("div");
    box.className = "hover";
    box.hidden = true;
    const line = (name, text, at) => {
      const row = document.createElement("div");
      const left = document.createElement("span"), right = document.createElement("b");
      if (at !== undefined) left.style.color = colourOf(chart.series[at], at);
      left.textContent = name;
      right.textContent = text;
      row.append(left, right);
      return row;
    };
    return { box, show(index, left, width) {
      box.replaceChildren(line(chart.x[index], chart.totals ? chart.totals[index] : ""));
      chart.series.map((each, at) => [each, at]).filter(([each]) => each.values[index]).sort((a, b) => b[0].values[index] - a[0].values[index])
        .slice(0, 9).forEach(([each, at]) => box.append(line(each.name, each.shown ? each.shown[index] : shortNumber(each.values[index], chart.unit), at)));
      (chart.marks || []).filter((mark) => mark.x === chart.x[index]).forEach((mark) => box.append(line("", mark.text)));
      box.hidden = false;
      box.style.top = "0";
      box.style.left = left > width / 2 ? "" : `${left + 70}px`;
      box.style.right = left > width / 2 ? `${width - left + 20}px` : "";
    } };
  }

  function drawMarks(chart) {
    return (plot) => {
      const { ctx, bbox } = plot;
      ctx.save();
      ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
      for (const limit of chart.limits || []) {
        const y = plot.valToPos(limit.value, "y", true);
        if (y < bbox.top) continue;
        ctx.strokeStyle = ctx.fillStyle = colour("--up");
        ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
        ctx.beginPath(); ctx.moveTo(bbox.left, y); ctx.lineTo(bbox.left + bbox.width, y); ctx.stroke();
        ctx.textAlign = "right";
        ctx.fillText(limit.text, bbox.left + bbox.width, y - 5 * devicePixelRatio);
      }
      ctx.setLineDash([]);
      ctx.textAlign = "center";
      ctx.fillStyle = colour("--up");
      for (const mark of chart.marks || []) ctx.fillText("▼", plot.valToPos(seconds(mark.x), "x", true), bbox.top + 10 * devicePixelRatio);
      ctx.restore();
    };
  }

  function options(chart, place, hover) {
    const bars = chart.kind === "bars";
    const grid = { stroke: colour("--line"), width: 1 }, stroke = colour("--dim");
    const count = Math.max(chart.x.length, 1), step = count > 1 ? seconds(chart.x[1]) - seconds(chart.x[0]) : 86400;
    const paths = bars ? uPlot.paths.bars({ size: [0.8, 60] }) : chart.kind === "steps" ? uPlot.paths.stepped({ align: 1 }) : uPlot.paths.linear();
    const series = chart.series.map((each, at) => ({
      label: each.name, paths, points: { show: !bars && count < 40 }, width: bars ? 0 : 2, stroke: colourOf(each, at),
      fill: bars ? colourOf(each, at) : undefined, dash: each.dashed ? [6, 4] : undefined,
    }));
    return {
      width: Math.max(place.clientWidth, 200), height: place.clientWidth < 500 ? 220 : 300, tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "UTC"),
      legend: { show: false }, cursor: { drag: { x: !bars, y: false }, points: { show: !bars } },
      scales: { x: { time: true, range: (plot, low, high) => bars ? [low - step / 2, high + step / 2] : [low, high] }, y: { range: (plot, low, high) => [Math.min(0, low), (high || 1) * 1.08] } },
      axes: [
        { stroke, grid: { show: false }, ticks: grid, values: dates(chart), splits: chart.x.length && chart.x[0].length > 10 ? undefined : someOf(chart), space: 90, font: "12px system-ui, sans-serif" },
        { stroke, grid, ticks: { show: false }, size: 64, font: "12px system-ui, sans-serif", values: (plot, splits) => splits.map((value) => shortNumber(value, chart.unit)) },
      ],
      series: [{}, ...(bars ? series.reverse() : series)],
      hooks: {
        draw: [drawMarks(chart)],
        setCursor: [(plot) => plot.cursor.idx == null || plot.cursor.left < 0 ? (hover.box.hidden = true) : hover.show(plot.cursor.idx, plot.cursor.left, plot.width)],
      },
    };
  }

  function data(chart) {
    const ys = chart.kind === "bars" ? stacked(chart.series).reverse() : chart.series.map((each) => each.values);
    return [chart.x.map(seconds), ...ys];
  }

  // What was clicked on: the series whose part of the bar is under the pointer.
  function clicked(chart, plot) {
    const { idx, top } = plot.cursor;
    if (idx == null) return undefined;
    const value = plot.posToVal(top, "y"), sums = stacked(chart.series);
    return chart.series.find((each, at) => value <= sums[at][idx] && value >= (at ? sums[at - 1][idx] : 0));
  }

  function legend(chart, go) {
    const place = document.getElementById(`${chart.id}-legend`);
    if (!place) return;
    place.replaceChildren(...chart.series.map((each, at) => {
      const button = document.createElement(each.href ? "button" : "span"), spot = document.createElement("i"), name = document.createElement("span");
      spot.style.background = colourOf(each, at);
      name.textContent = each.name;
      button.append(spot, name);
      if (each.href) button.addEventListener("click", () => go(each.href));
      return button;
    }));
  }

  function draw(chart, go) {
    const place = document.getElementById(chart.id);
    if (!place || !window.uPlot) return;
    place.replaceChildren();
    if (!chart.x.length) return;
    const hover = hoverBox(chart);
    const plot = new uPlot(options(chart, place, hover), data(chart), place);
    plot.over.append(hover.box);
    if (chart.kind === "bars") plot.over.addEventListener("click", () => { const hit = clicked(chart, plot); if (hit && hit.href) go(hit.href); });
    legend(chart, go);
    drawn.push({ chart, plot, go });
  }

  function drawAll(list, go) {
    drawn.splice(0).forEach(({ plot }) => plot.destroy());
    list.forEach((chart) => draw(chart, go));
  }

  function again() {
    const list = drawn.map(({ chart }) => chart), go = drawn.length ? drawn[0].go : undefined;
    drawAll(list, go);
  }
  let wait = 0;
  addEventListener("resize", () => { clearTimeout(wait); wait = setTimeout(again, 120); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  return { drawAll };
})();
