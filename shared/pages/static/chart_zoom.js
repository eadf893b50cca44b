// The part of a chart that is looked at, kept in the address as zoom=<chart>_<from>_<to>, so that it can be shared.
// Charts with one `sync` show one part together.

const chartZoom = (() => {
  const ranges = new Map(); // key of a chart -> [from, to] in seconds; without an entry the whole is shown
  const keyOf = (chart) => chart.sync || chart.id;
  const stamp = (at) => new Date(at * 1000).toISOString().replace(/[-:]|\.\d+/g, "");
  const unstamp = (text) => Date.parse(text.replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5")) / 1000;
  const ours = () => new URLSearchParams(location.hash.startsWith("#?") ? location.hash.slice(2) : "");

  function readAddress() {
    ranges.clear();
    for (const text of ours().getAll("zoom")) {
      const found = /^([\w-]+)_(\d{8}T\d{6}Z)_(\d{8}T\d{6}Z)$/.exec(text);
      if (found && unstamp(found[2]) < unstamp(found[3])) ranges.set(found[1], [unstamp(found[2]), unstamp(found[3])]);
    }
  }
  const inAddress = () => [...ranges].map(([key, [from, to]]) => `zoom=${key}_${stamp(Math.floor(from))}_${stamp(Math.ceil(to))}`).join("&");
  function writeAddress() {
    const rest = ours();
    rest.delete("zoom");
    const all = [rest.toString(), inAddress()].filter(Boolean).join("&");
    history.replaceState(history.state, "", `${location.pathname}${location.search}${all ? `#?${all}` : ""}`);
  }

  // No farther out than the whole, no closer than two of its points.
  function bounded(entry, from, to) {
    const [low, high] = entry.whole, span = Math.min(high - low, Math.max(to - from, entry.closest));
    const start = Math.min(Math.max(low, (from + to - span) / 2), high - span);
    return span >= (high - low) * 0.999 ? null : [start, start + span];
  }
  const current = (entry) => ranges.get(keyOf(entry.chart)) || entry.whole;

  function set(entries, entry, from, to) {
    const key = keyOf(entry.chart), found = bounded(entry, from, to);
    if (found) ranges.set(key, found);
    else ranges.delete(key);
    for (const each of entries) if (keyOf(each.chart) === key) show(each);
    writeAddress();
    return found;
  }
  function show(entry) {
    const [min, max] = current(entry), { x } = entry.plot.scales;
    if (x.min !== min || x.max !== max) entry.plot.setScale("x", { min, max });
    (entry.buttons || []).forEach((each) => { if (each.dataset.factor > 1 || !each.dataset.factor) each.disabled = !ranges.has(keyOf(entry.chart)); });
  }
  // By a factor, around a moment that stays where it is.
  function by(entries, entry, factor, around) {
    const [from, to] = current(entry), fixed = around === undefined ? (from + to) / 2 : around;
    return set(entries, entry, fixed - (fixed - from) * factor, fixed + (to - fixed) * factor);
  }
  // What was asked of a view counts for the next one where that has the same chart over the same time.
  function keep(before, after) {
    const ends = (list) => new Map(list.map((chart) => [keyOf(chart), `${chart.x[0]} ${chart.x[chart.x.length - 1]}`]));
    const old = ends(before), now = ends(after);
    for (const key of [...ranges.keys()]) if (old.get(key) !== now.get(key)) ranges.delete(key);
  }

  // Two fingers zoom; one moves the cursor along, and up and down it scrolls the page.
  function touch(entries, entry, cursorTo) {
    const fingers = new Map(), { over } = entry.plot;
    let held = null;
    const share = (x) => (x - over.getBoundingClientRect().left) / over.clientWidth;
    const value = (at) => { const [from, to] = current(entry); return from + at * (to - from); };
    over.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "touch") return;
      fingers.set(event.pointerId, event.clientX);
      if (fingers.size === 2) held = [...fingers.values()].map((x) => value(share(x)));
    });
    over.addEventListener("pointermove", (event) => {
      if (!fingers.has(event.pointerId)) return;
      fingers.set(event.pointerId, event.clientX);
      if (fingers.size === 1) cursorTo(value(share(event.clientX)));
      if (fingers.size !== 2 || !held) return;
      const [left, right] = [...fingers.values()].map(share);
      if (Math.abs(right - left) < 0.05) return;
      const span = (held[1] - held[0]) / (right - left);
      if (span > 0) set(entries, entry, held[0] - left * span, held[0] + (1 - left) * span);
    });
    for (const name of ["pointerup", "pointercancel"]) over.addEventListener(name, (event) => { fingers.delete(event.pointerId); held = null; });
  }

  return { readAddress, inAddress, keyOf, current, set, by, show, keep, touch, isZoomed: (entry) => ranges.has(keyOf(entry.chart)) };
})();
