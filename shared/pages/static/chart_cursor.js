// What a chart says at one of its points: beside the pointer, by the arrow keys, and aloud for those who hear a page.

const chartCursor = (() => {
  const MOST = 9; // values that are listed at once
  const HELP = "Left and right arrow: from point to point, Home and End: first and last, plus and minus: zoom, 0: the whole, Enter: what belongs to the point.";

  function valuesAt(chart, index) {
    const all = chart.series.map((each, at) => ({ name: each.name, at, value: each.values[index], text: each.shown ? each.shown[index] : chartText.number(each.values[index] || 0, chart.unit, chart.decimals) }));
    const known = all.filter((each) => each.value !== null && each.value !== undefined);
    const told = known.length > MOST ? known.filter((each) => each.value) : known;
    return (told.length > 1 && chart.kind !== "steps" ? told.sort((a, b) => b.value - a.value) : told).map((each) => ({ ...each, series: chart.series[each.at] }));
  }
  const allAt = (peers, index) => peers.flatMap((chart) => valuesAt(chart, index));
  const notesAt = (chart, index) => [...(chart.notes && chart.notes[index] ? [chart.notes[index]] : []), ...chartMarks.textsAt(chart, index)];

  // The sum of a point, where there is one: as it was written, or a number in the chart's unit, shares in what they are of.
  function totalAt({ totals, total_unit, unit, decimals }, index) {
    const found = totals ? totals[index] : "";
    return typeof found === "number" ? chartText.number(found, total_unit || unit, decimals) : found;
  }

  function sentence(chart, index, peers = [chart]) {
    const values = allAt(peers, index).slice(0, MOST).map((each) => `${each.name} ${each.text}`).join(", ");
    const total = totalAt(chart, index);
    return [`${chartText.moment(chart.x[index])}${total ? `: ${total}` : ""}`, values, ...notesAt(chart, index)].filter(Boolean).join(". ");
  }

  function row(name, text, colour) {
    const found = document.createElement("div"), left = document.createElement("span"), right = document.createElement("b");
    if (colour) {
      const spot = document.createElement("i");
      spot.style.background = colour;
      left.append(spot);
    }
    left.append(name);
    right.textContent = text;
    found.append(left, right);
    return found;
  }

  // Charts that move together say what there is at a moment in one box, that of the chart that is pointed at.
  function makeBox(chart, peers, colourOf) {
    const box = document.createElement("div");
    box.className = "hover";
    box.hidden = true;
    return { box, show(index, left, width, height) {
      const values = allAt(peers, index), more = values.length - MOST;
      box.replaceChildren(row(chartText.moment(chart.x[index]), totalAt(chart, index)));
      values.slice(0, MOST).forEach((each) => box.append(row(each.name, each.text, colourOf(each.series, each.at))));
      if (more > 0) box.append(row(`and ${more} more`, ""));
      notesAt(chart, index).forEach((text) => { const note = row(text, ""); note.className = "note"; box.append(note); });
      box.hidden = false;
      // Where there is no room beside the pointer the box is below the chart, and hides nothing of it.
      const narrow = width < 440, { style } = box;
      style.top = narrow ? `${height + 54 * chartText.scale()}px` : "0";
      style.left = narrow ? "0" : left > width / 2 ? "" : `${left + 16}px`;
      style.right = narrow ? "0" : left > width / 2 ? `${width - left + 16}px` : "";
    } };
  }

  function label(place, chart) {
    const help = document.createElement("p"), aloud = document.createElement("p");
    help.className = aloud.className = "aloud";
    help.id = `${chart.id}-help`;
    help.textContent = HELP;
    aloud.setAttribute("aria-live", "polite");
    place.tabIndex = 0;
    place.setAttribute("role", "application"); // arrow keys are the chart's, not the reader's
    place.setAttribute("aria-roledescription", "chart");
    place.setAttribute("aria-describedby", help.id);
    place.append(help, aloud);
    return aloud;
  }

  // To a point: it is brought into view, shown, and said.
  function to(entries, entry, index, { say = true } = {}) {
    const at = entry.xs[index], [from, end] = chartZoom.current(entry);
    const shift = at < from ? at - from - (end - from) / 20 : at > end ? at - end + (end - from) / 20 : 0;
    if (shift) chartZoom.set(entries, entry, from + shift, end + shift);
    entry.index = index;
    entry.lead();
    // A change of what is shown is drawn in a microtask of its own; the place of the point is known after it.
    queueMicrotask(() => {
      entry.plot.setCursor({ left: entry.plot.valToPos(at, "x"), top: entry.plot.over.clientHeight / 2 });
      if (say) entry.aloud.textContent = sentence(entry.chart, index, entry.peers);
    });
  }

  function nearest(xs, at) {
    let low = 0, high = xs.length - 1;
    while (low < high) { const middle = (low + high) >> 1; if (xs[middle] < at) low = middle + 1; else high = middle; }
    return low && at - xs[low - 1] < xs[low] - at ? low - 1 : low;
  }

  function keys(entries, entry, act) {
    const last = entry.xs.length - 1;
    const visible = (end) => { // the first or the last point that is shown
      const edge = chartZoom.current(entry)[end], found = nearest(entry.xs, edge);
      return end ? found - (entry.xs[found] > edge) : found + (entry.xs[found] < edge);
    };
    const here = () => (entry.index === undefined ? visible(1) + 1 : entry.index);
    const leap = () => Math.max(1, Math.round((visible(1) - visible(0)) / 10));
    const zoom = (factor) => { chartZoom.by(entries, entry, factor, entry.index === undefined ? undefined : entry.xs[entry.index]); act.zoomed(entry); };
    const moves = { ArrowLeft: () => here() - 1, ArrowRight: () => (entry.index === undefined ? visible(0) : here() + 1), PageUp: () => here() + leap(), PageDown: () => here() - leap(), Home: () => 0, End: () => last };
    const others = {
      "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), 0: () => { chartZoom.set(entries, entry, ...entry.whole); act.zoomed(entry); },
      Escape: () => { entry.index = undefined; entry.plot.setCursor({ left: -10, top: -10 }); },
      Enter: () => entry.index !== undefined && act.enter(entry, entry.index),
    };
    entry.place.onkeydown = (event) => {
      if (event.target !== entry.place || event.ctrlKey || event.metaKey || event.altKey) return;
      if (moves[event.key]) to(entries, entry, Math.min(last, Math.max(0, moves[event.key]())));
      else if (others[event.key]) others[event.key]();
      else return;
      event.preventDefault();
    };
  }
  return { makeBox, label, keys, to, nearest, sentence };
})();
