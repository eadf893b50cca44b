// What all pages do: show the view that an address asks for, and keep the address in step, so that back, reload and
// sharing work. Served, a view is fetched from the function; in a single file it is one of those that the file has.

const page = (() => {
  const state = JSON.parse(document.getElementById("state").textContent);
  const view = document.getElementById("view"), status = document.getElementById("status");
  const inFile = state.answers !== null;
  const after = [], lists = new Map(), folded = new Map();
  let asked = null, unpacked, seen = ""; // the parameters of what is shown, as the function writes them
  let gate; // the gateway's own token against forgery, where its login keeps the session in a cookie (docs/pages.md)

  const pairs = (query) => [...new URLSearchParams(query)].filter(([, value]) => value !== "");
  const isExact = (query) => new URLSearchParams(query).get("exact") === "1";
  // A file has each view once: its amounts are shown to the last digit here.
  const keyOf = (query) => JSON.stringify(pairs(query).filter(([name]) => !state.ignored.includes(name)).sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : x > y ? 1 : 0) : a < b ? -1 : 1)));
  // A file without a view in its address shows the one that it was made with. What a chart shows of itself is no view.
  function here() {
    if (!inFile) return location.search.slice(1);
    const asked = new URLSearchParams(location.hash.startsWith("#?") ? location.hash.slice(2) : "");
    asked.delete("zoom");
    return asked.toString() || state.query;
  }

  async function answer(query, isPart = false) {
    if (inFile) {
      const found = (await views())[state.answers[keyOf(query)]];
      if (!found) throw new Error("This file does not have that view; the served page has it.");
      return found;
    }
    if (asked && !isPart) asked.abort();
    if (!isPart) asked = new AbortController();
    return (await ask(`${state.base}/data?${query}`, { signal: asked && asked.signal })).body;
  }

  // A file has its views packed: there are many of them, much alike.
  const views = () => (unpacked ||= (async () => {
    const bytes = Uint8Array.from(atob(state.views), (letter) => letter.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
  })());

  async function ask(address, options) {
    const response = await fetch(address, { ...options, headers: { Accept: "application/json", ...options.headers } });
    gate = response.headers.get("X-CSRF-TOKEN") || gate;
    const body = await response.json();
    if (body.error) throw new Error([body.error.message, body.error.fix].filter(Boolean).join(": "));
    if (!response.ok) throw new Error(`The function answered with status ${response.status}.`);
    return { body, address: response.url };
  }

  async function send(fields, signal = null) {
    if (gate === undefined) {
      const head = await fetch(document.querySelector("script[src]").src, { method: "HEAD", cache: "no-store" });
      gate = head.headers.get("X-CSRF-TOKEN") || "";
    }
    return ask(`${state.base}/data`, { method: "POST", body: fields, signal, headers: gate ? { "X-CSRF-TOKEN": gate } : {} });
  }

  // A form that changes something, or that is too long for an address. What the function answers is shown; where it
  // sends on to a view, that is the address.
  async function post(form, button) {
    const fields = new URLSearchParams(new FormData(form));
    if (button && button.name) fields.append(button.name, button.value);
    const found = await send(fields);
    const query = new URL(found.address).search.slice(1);
    show(found.body, query);
    if (query) history.pushState(null, "", `${location.pathname}?${query}`);
    const told = view.querySelector("[data-told]");
    (told || view).focus();
  }

  async function tryPost(form, button) {
    if (form.getAttribute("aria-busy")) return; // pressed twice
    form.setAttribute("aria-busy", "true");
    status.textContent = "";
    try {
      await post(form, button);
    } catch (fault) {
      status.textContent = fault.message;
      status.scrollIntoView({ block: "nearest" });
    } finally {
      form.removeAttribute("aria-busy");
    }
  }

  // What takes longer than the rest comes afterwards, each part into its own place; `data-folded` when it is opened.
  async function fillParts(query) {
    const places = [...view.querySelectorAll("[data-part]:not([data-filled])")];
    for (const place of places.sort((a, b) => ("late" in a.dataset) - ("late" in b.dataset))) {
      if ("filled" in place.dataset || ("folded" in place.dataset && !place.closest("details").open)) continue;
      place.dataset.filled = "";
      const all = new URLSearchParams(query), of = place.dataset.of;
      // What depends on some of the parameters alone is asked for once.
      const wanted = of ? new URLSearchParams([...all].filter(([name]) => of.split(" ").includes(name))) : all;
      wanted.append("part", place.dataset.part);
      const key = wanted.toString();
      try {
        const found = lists.get(key) || (await answer(key, true));
        if (of) lists.set(key, found);
        place.innerHTML = found.html;
        charts.add(found.charts, follow);
        for (const more of place.querySelectorAll("[data-into]")) {
          const list = document.getElementById(more.dataset.into), known = new Set([...list.options].map((each) => each.value));
          const chosen = list.value;
          list.append(...[...more.options].filter((each) => !known.has(each.value)));
          list.value = chosen;
          more.remove();
        }
        // What a part says elsewhere on the page, such as in the sentence at its top.
        for (const each of place.querySelectorAll("[data-for]")) {
          const goal = document.getElementById(each.dataset.for);
          if (goal) goal.replaceChildren(...each.childNodes);
          each.remove();
        }
      } catch (fault) {
        if (fault.name !== "AbortError") place.textContent = fault.message;
      }
    }
    markMissing();
    if (inFile && isExact(query)) showExact();
  }

  // The exact value is behind each amount: here it takes its place, for touch and keyboard too.
  function showExact() {
    for (const each of view.querySelectorAll("td[title], .number[title]")) (each.querySelector("a") || each).textContent = each.title;
    const link = view.querySelector("#exact[data-other]");
    if (!link) return;
    link.textContent = link.dataset.other;
    link.setAttribute("href", link.getAttribute("href").replace(/&exact=1/, ""));
    delete link.dataset.other;
  }

  // A link to a view that the file lacks says so before it is clicked.
  function markMissing() {
    if (!inFile) return;
    for (const each of view.querySelectorAll("[data-served]")) each.remove(); // what needs the function
    for (const form of view.querySelectorAll("form.controls")) offerWhatIsThere(form);
    for (const link of view.querySelectorAll('a[href^="?"]')) {
      if (!(keyOf(link.getAttribute("href").slice(1)) in state.answers)) {
        link.removeAttribute("href");
        link.title = "in the served page";
      }
    }
  }

  // Each entry of a list leads to a view of the file, or is not there; a list of one is no choice.
  function offerWhatIsThere(form) {
    for (const list of form.querySelectorAll("select")) {
      for (const option of [...list.options].filter((each) => !each.selected)) {
        const wanted = new FormData(form);
        wanted.set(list.name, option.value);
        if (!(keyOf(new URLSearchParams(wanted)) in state.answers)) option.remove();
      }
      if (list.options.length < 2) list.closest("label").hidden = true;
    }
  }

  function show(found, query, isNext) {
    const focused = document.activeElement && document.activeElement.id;
    for (const each of view.querySelectorAll("details[id]")) folded.set(each.id, each.open);
    view.innerHTML = found.html; // escaped where it was made, and the policy lets no script of it run
    document.title = found.title;
    for (const each of view.querySelectorAll("details[id]")) each.open = folded.get(each.id) ?? each.open;
    settle(found.charts, query, isNext);
    const again = focused && document.getElementById(focused);
    if (again) again.focus({ preventScroll: true });
    return Boolean(again);
  }

  const follow = (address) => go(address.replace(/^\?/, ""));

  function settle(list, query, isNext = false) {
    seen = query;
    markMissing();
    fillParts(query);
    charts.drawAll(list, follow, isNext);
    after.forEach((each) => each());
  }

  async function load(query, { focus = true, isNext = false } = {}) {
    view.setAttribute("aria-busy", "true");
    status.textContent = "";
    try {
      const found = await answer(query), kept = show(found, found.query || query, isNext);
      if (focus && !kept) view.focus({ preventScroll: true });
      return found;
    } catch (fault) {
      if (fault.name !== "AbortError") status.textContent = fault.message;
      return false;
    } finally {
      view.removeAttribute("aria-busy");
    }
  }

  async function go(query, keep = true) {
    if (inFile && keep && isExact(here()) && !isExact(query)) query += "&exact=1";
    const found = await load(query, { isNext: true });
    if (!found) return;
    const shown = found.query || query, zoom = charts.zoomInAddress(); // as the function writes it: one address for one view
    const served = `${location.pathname}${shown ? `?${shown}` : ""}${zoom ? `#?${zoom}` : ""}`;
    history.pushState(null, "", inFile ? `#?${[shown, zoom].filter(Boolean).join("&")}` : served);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="?"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    go(link.getAttribute("href").slice(1), link.id !== "exact");
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "post" && !inFile) {
      event.preventDefault();
      tryPost(form, event.submitter);
      return;
    }
    if (form.method !== "get" || !form.matches("form.controls")) return;
    event.preventDefault();
    go(new URLSearchParams(pairs(new FormData(form))).toString());
  });
  document.addEventListener("change", (event) => {
    const { form, name, value } = event.target;
    if (!event.target.matches("form.controls select")) return;
    // The end that was not touched follows one that goes past it.
    if (name === "from" && form.to.value < value) form.to.value = value;
    if (name === "to" && form.from.value > value) form.from.value = value;
    form.requestSubmit();
  });
  document.addEventListener("toggle", (event) => { if (event.target.open) fillParts(seen); }, true);
  addEventListener("popstate", () => load(here(), { focus: false }));

  function start() {
    const query = here();
    if (inFile && keyOf(query) !== state.key) load(query, { focus: false });
    else settle(state.charts, inFile ? query : state.query || query); // as the function writes it
  }
  return { state, go, start, ask, send, onView: (each) => after.push(each), status, view, here };
})();
queueMicrotask(page.start); // once the page's own script has run
