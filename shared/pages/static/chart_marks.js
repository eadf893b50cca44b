// What is drawn over a chart's series: limits with their names, what is to come hollow, unusual points.

const chartMarks = (() => {
  const FAR = 3; // a limit of more than so many times what is shown would flatten it: it is named at the top instead

  // How high the scale has to reach.
  function top(chart, high) {
    const own = [...(chart.limits || []).map((each) => each.value).filter((value) => value <= FAR * high), ...(chart.forecast || []).map((each) => each.high || each.value)];
    return Math.max(high, ...own);
  }

  function said(ctx, text, x, y, ink, paper, ratio) {
    const width = ctx.measureText(text).width, height = 15 * chartText.scale() * ratio;
    ctx.fillStyle = paper;
    ctx.globalAlpha = 0.85;
    ctx.fillRect(x - width - 3 * ratio, y - height * 0.8, width + 6 * ratio, height);
    ctx.globalAlpha = 1;
    ctx.fillStyle = ink;
    ctx.fillText(text, x, y);
  }

  function limits(chart, plot, colour) {
    const { ctx, bbox } = plot, ratio = devicePixelRatio, right = bbox.left + bbox.width;
    ctx.textAlign = "right";
    for (const limit of chart.limits || []) {
      const y = plot.valToPos(limit.value, "y", true), above = y < bbox.top - 1;
      ctx.strokeStyle = colour("--up");
      ctx.setLineDash([6 * ratio, 4 * ratio]);
      if (!above) { ctx.beginPath(); ctx.moveTo(bbox.left, y); ctx.lineTo(right, y); ctx.stroke(); }
      const at = above ? bbox.top - 12 * ratio : y + (y - bbox.top < 18 * ratio ? 15 : -5) * ratio;
      said(ctx, above ? `↑ ${limit.text}` : limit.text, right, at, colour("--up"), colour("--paper"), ratio);
    }
    ctx.setLineDash([]);
  }

  // A hollow bar up to the value, hatched by its dashes, with the error of such values where it is known.
  function ahead(chart, plot, colour) {
    const { ctx, bbox } = plot, ratio = devicePixelRatio, xs = plot.data[0], zero = plot.valToPos(0, "y", true);
    const step = xs.length > 1 ? plot.valToPos(xs[1], "x", true) - plot.valToPos(xs[0], "x", true) : bbox.width;
    const width = Math.min(step * 0.8, 60 * ratio);
    ctx.strokeStyle = colour("--ink");
    for (const each of chart.forecast || []) {
      const x = plot.valToPos(chartText.seconds(each.x), "x", true), y = plot.valToPos(each.value, "y", true);
      if (x < bbox.left - 1 || x > bbox.left + bbox.width + 1) continue;
      ctx.setLineDash([3 * ratio, 3 * ratio]);
      ctx.strokeRect(x - width / 2, Math.min(y, zero), width, Math.abs(zero - y));
      ctx.setLineDash([]);
      if (each.high === undefined) continue;
      const [low, high] = [each.low, each.high].map((value) => plot.valToPos(value, "y", true)), half = 4 * ratio;
      ctx.beginPath();
      ctx.moveTo(x, low); ctx.lineTo(x, high);
      for (const end of [low, high]) { ctx.moveTo(x - half, end); ctx.lineTo(x + half, end); }
      ctx.stroke();
    }
  }

  function unusual(chart, plot, colour) {
    const { ctx, bbox } = plot, ratio = devicePixelRatio;
    ctx.textAlign = "center";
    ctx.fillStyle = colour("--up");
    for (const mark of chart.marks || []) {
      const x = plot.valToPos(chartText.seconds(mark.x), "x", true);
      if (x >= bbox.left - 1 && x <= bbox.left + bbox.width + 1) ctx.fillText("▼", x, bbox.top + 10 * ratio);
    }
  }

  const textsAt = (chart, index) => [...(chart.marks || []), ...(chart.forecast || [])].filter((each) => each.x === chart.x[index]).map((each) => each.text);
  return { top, textsAt, draw: (...all) => [ahead, limits, unusual].forEach((each) => each(...all)) };
})();
