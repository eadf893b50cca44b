// The badge page: the panel follows what is typed, a photo is drawn without being stored, the page is printed.

const badges = (() => {
  const WAIT_MS = 250, MAX_ADDRESS = 6000, MAX_FILE_BYTES = 1 << 20, SIDES_PX = [1600, 1000, 600];
  const { view, state, status } = page;
  const isFile = state.answers !== null;
  const files = new Map();
  let waiting, asked, last;
  const form = () => document.getElementById("badge-form");

  function fields() {
    const pairs = [...new FormData(form())].filter(([name, value]) => value !== "" && !(name === "button" && value === "a/1"));
    return new URLSearchParams(pairs);
  }

  function cardOf(query) {
    const card = new URLSearchParams(query);
    card.delete("button");
    return card.toString();
  }

  async function answer(query, part, signal) {
    const wanted = new URLSearchParams(query);
    wanted.append("part", part);
    for (const [name, file] of files) wanted.append(name, file.data);
    if (files.has("photo_file") && !wanted.has("photo")) wanted.append("photo", files.get("photo_file").name);
    const text = wanted.toString();
    if (!files.size && text.length < MAX_ADDRESS) return (await page.ask(`${state.base}/data?${text}`, { signal })).body;
    return (await page.send(wanted, signal)).body;
  }

  async function update() {
    const query = fields(), preview = document.getElementById("preview");
    if (asked) asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    preview.setAttribute("aria-busy", "true");
    try {
      const found = await answer(query, "preview", signal);
      const open = [...preview.querySelectorAll("details")].map((each) => each.open);
      preview.innerHTML = found.html; // escaped where it was made, as all views
      preview.querySelectorAll("details").forEach((each, at) => { each.open = open[at]; });
      document.title = found.title;
      status.textContent = "";
      markFaults();
      const text = query.toString();
      if (text.length < MAX_ADDRESS) history.replaceState(null, "", `${location.pathname}${text ? `?${text}` : ""}`);
      for (const link of view.querySelectorAll("#cards a")) link.search = cardOf(query); // what is typed can be put on a card
      document.getElementById("layouts").innerHTML = (await answer(query, "layouts", signal)).html;
    } catch (fault) {
      if (fault.name !== "AbortError") status.textContent = fault.message;
    } finally {
      if (!signal.aborted) preview.removeAttribute("aria-busy");
    }
  }

  function later() {
    const now = `${fields()}`;
    if (now === last) return;
    last = now;
    clearTimeout(waiting);
    waiting = setTimeout(update, WAIT_MS);
  }

  // What is wrong with a text stands at its field, whatever button or fold it is behind.
  function markFaults() {
    const faults = new Map([...document.querySelectorAll("#faults li")].map((each) => [each.dataset.field, each.textContent]));
    for (const place of form().querySelectorAll(".fault")) {
      const name = place.id.replace(/-fault$/, "");
      place.textContent = faults.get(name) || "";
      const input = document.getElementById(name);
      const fold = place.closest("details");
      if (faults.has(name) && fold) fold.open = true;
      if (faults.has(name)) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  }

  // A telephone's photo is larger than the function takes: it is made smaller here, and can be saved so.
  async function smaller(file) {
    if (file.size <= MAX_FILE_BYTES) return file;
    const picture = await createImageBitmap(file);
    for (const side of SIDES_PX) {
      const scale = Math.min(1, side / Math.max(picture.width, picture.height));
      const canvas = new OffscreenCanvas(Math.max(1, picture.width * scale), Math.max(1, picture.height * scale));
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const made = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
      if (made.size <= MAX_FILE_BYTES) return made;
    }
    throw new Error("too large");
  }

  async function choose(input) {
    const file = input.files[0], note = document.getElementById(`${input.id}-note`);
    files.delete(input.id);
    input.removeAttribute("aria-invalid");
    if (file) {
      try {
        const sent = await smaller(file);
        const name = sent === file ? file.name : file.name.replace(/\.\w+$/, "") + ".jpg";
        const object = `photos/${name.replace(/[^\w.-]+/g, "-")}`;
        note.textContent = input.id === "photo_file" ? `Drawn, not stored. In the private bucket it could be ${object}.` : "Drawn, not stored.";
        if (sent !== file) {
          const link = document.createElement("a");
          link.href = URL.createObjectURL(sent);
          link.download = name;
          link.textContent = "Save the smaller one";
          note.append(` It has ${(file.size / 1e6).toFixed(1)} MB, of which 1 MB is taken. `, link);
        }
        const bytes = new Uint8Array(await sent.arrayBuffer());
        let text = "";
        for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
        files.set(input.id, { name: object, data: btoa(text).replaceAll("+", "-").replaceAll("/", "_") });
      } catch {
        note.textContent = "The browser cannot read this as a picture: choose PNG, JPEG, WebP, GIF or BMP.";
        input.setAttribute("aria-invalid", "true");
      }
    }
    if (input.id === "photo_file" && files.has(input.id)) pick("b/2");
    update();
  }

  function pick(button, layout) {
    if (layout !== undefined) document.getElementById("layout").value = layout;
    form().querySelector(`[name="button"][value="${button || "a/1"}"]`).checked = true;
  }

  view.addEventListener("input", (event) => {
    if (event.target.closest("#badge-form") && event.target.type !== "file") later();
  });
  view.addEventListener("change", (event) => {
    if (event.target.matches("#badge-form [type=file]")) choose(event.target);
  });
  view.addEventListener("submit", (event) => {
    if (event.target !== form()) return;
    event.preventDefault();
    clearTimeout(waiting);
    update();
    if (!matchMedia("(pointer: coarse)").matches) return;
    document.activeElement.blur(); // the keyboard goes, the panel is seen
    document.getElementById("preview").scrollIntoView({ block: "nearest" });
  });
  view.addEventListener("click", (event) => {
    const link = event.target.closest("#layouts a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation(); // a whole new view would forget a chosen photo
    pick(link.dataset.button, link.dataset.button ? undefined : link.dataset.layout);
    update();
    document.getElementById("preview").scrollIntoView({ block: "nearest" });
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) print();
    const cards = event.target.closest("[data-cards]");
    if (cards && form()) {
      // What is in the form by now, not what was when the link was made.
      const typed = [...new FormData(form())].filter(([name, text]) => name !== "button" && typeof text === "string" && text);
      cards.search = new URLSearchParams(typed).toString();
    }
  });
  page.onView(() => {
    document.querySelectorAll("[data-print]").forEach((each) => { each.hidden = false; });
    if (isFile || !form()) return;
    view.querySelectorAll("[data-scripted]").forEach((each) => { each.hidden = false; });
    last = `${fields()}`;
    // Without script all is unfolded; with it a small screen begins with the fields.
    const isSmall = matchMedia("(max-width: 44rem), (max-height: 30rem)").matches;
    view.querySelectorAll("details[data-fold]:not([data-filled])").forEach((each) => { each.open = !isSmall && each.matches(".steps"); });
  });
})();
