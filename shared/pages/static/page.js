// What all pages do: show the view that an address asks for, and keep the address in step, so that back, reload and
// sharing work. Served, a view is fetched from the function; in a single file it is one of those that the file has.

const page = (() => {
  const state = JSON.parse(document.getElementById("state").textContent);
  const view = document.getElementById("view"), status = document.getElementById("status");
  const inFile = state.answers !== null;
  const after = [];
  let asked = null;
  let gate; // the gateway's own token against forgery, where its login keeps the session in a cookie (docs/pages.md)

  const pairs = (query) => [...new URLSearchParams(query)].filter(([, value]) => value !== "");
  const isExact = (query) => new URLSearchParams(query).get("exact") === "1";
  // A file has each view once: its amounts are shown to the last digit here.
  const keyOf = (query) => JSON.stringify(pairs(query).filter(([name]) => !inFile || name !== "exact").sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : x > y ? 1 : 0) : a < b ? -1 : 1)));
  // A file without a view in its address shows the one that it was made with. What a chart shows of itself is no view.
  function here() {
    if (!inFile) return location.search.slice(1);
    const asked = new URLSearchParams(location.hash.startsWith("#?") ? location.hash.slice(2) : "");
    asked.delete("zoom");
    return asked.toString() || state.query;
  }

  async function answer(query, isPart = false) {
    if (inFile) {
      const found = state.answers[keyOf(query)];
      if (!found) throw new Error("This file does not have that view; the served page has it.");
      return found;
    }
    if (asked && !isPart) asked.abort();
    if (!isPart) asked = new AbortController();
    return (await ask(`${state.base}/data?${query}`, { signal: asked && asked.signal })).body;
  }

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

  // What takes longer than the rest comes afterwards, each part into its own place.
  async function fillParts(query) {
    for (const place of view.querySelectorAll("[data-part]")) {
      const wanted = new URLSearchParams(query);
      wanted.append("part", place.dataset.part);
      try {
        place.innerHTML = (await answer(wanted.toString(), true)).html;
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
    for (const link of view.querySelectorAll('a[href^="?"]')) {
      if (!state.answers[keyOf(link.getAttribute("href").slice(1))]) {
        link.removeAttribute("href");
        link.title = "in the served page";
      }
    }
  }

  function show(found, query, isNext) {
    const focused = document.activeElement && document.activeElement.id;
    view.innerHTML = found.html; // escaped where it was made, and the policy lets no script of it run
    document.title = found.title;
    settle(found.charts, query, isNext);
    const again = focused && document.getElementById(focused);
    if (again) again.focus({ preventScroll: true });
    return Boolean(again);
  }

  function settle(list, query, isNext = false) {
    markMissing();
    fillParts(query);
    charts.drawAll(list, (query) => go(query.replace(/^\?/, "")), isNext);
    after.forEach((each) => each());
  }

  async function load(query, { focus = true, isNext = false } = {}) {
    view.setAttribute("aria-busy", "true");
    status.textContent = "";
    try {
      const kept = show(await answer(query), query, isNext);
      if (focus && !kept) view.focus({ preventScroll: true });
      return true;
    } catch (fault) {
      if (fault.name !== "AbortError") status.textContent = fault.message;
      return false;
    } finally {
      view.removeAttribute("aria-busy");
    }
  }

  async function go(query, keep = true) {
    if (inFile && keep && isExact(here()) && !isExact(query)) query += "&exact=1";
    if (!(await load(query, { isNext: true }))) return;
    const zoom = charts.zoomInAddress();
    const served = `${location.pathname}${query ? `?${query}` : ""}${zoom ? `#?${zoom}` : ""}`;
    history.pushState(null, "", inFile ? `#?${[query, zoom].filter(Boolean).join("&")}` : served);
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
    if (event.target.matches("form.controls select")) event.target.form.requestSubmit();
  });
  addEventListener("popstate", () => load(here(), { focus: false }));

  function start() {
    const query = here();
    if (inFile && keyOf(query) !== state.key) load(query, { focus: false });
    else settle(state.charts, query);
  }
  return { state, go, start, ask, send, onView: (each) => after.push(each), status, view, here };
})();
queueMicrotask(page.start); // once the page's own script has run
