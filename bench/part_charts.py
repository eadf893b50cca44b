"""Charts of the pages at 100,000 points, in this machine's Chromium: drawn anew, zoomed, and the cursor moved."""

from __future__ import annotations

import math
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from bench.table import Row
from shared.pages.parts import CHART_LIBRARY, SCRIPTS, STATIC
from shared.pages.web_page import Page, View, single_file
from tools.chromium import MISSING, find_browser, start_browser

if TYPE_CHECKING:
    from collections.abc import Iterator

POINTS = 100_000
ROUNDS = 9
FRAME = '{% extends "page.html" %}{% block view %}{% include "toy_view.html" %}{% endblock %}'
VIEW = '{% import "page_parts.html" as p %}<h1>Charts</h1>{{ p.chart("toy", "Many points") }}'
MEASURE = """async ([event, rounds]) => {
  const place = document.getElementById("toy"), found = [];
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    const key = event === "cursor" ? "ArrowLeft" : round % 2 ? "0" : "+";
    if (event === "draw") dispatchEvent(new Event("afterprint"));
    else place.dispatchEvent(new KeyboardEvent("keydown", { key }));
    await Promise.resolve().then(() => {}).then(() => {}); // what is drawn is drawn in a microtask
    found.push(performance.now() - began);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  }
  return found;
}"""


def rows() -> Iterator[Row]:
    """Yield the figures; one that says so where there is no browser."""
    code = sum((STATIC / name).stat().st_size for name in SCRIPTS if name.startswith("chart"))
    yield Row("charts: library and our code, bytes", f"{CHART_LIBRARY.stat().st_size:,} + {code:,}")
    program = find_browser()
    if program is None:
        yield Row("charts in a browser", MISSING)
        return
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = start_browser(playwright, program)
        for kind in ("lines", "steps"):
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(_page_of(kind, Path(name)))
            for event, text in (("draw", "drawn anew"), ("zoom", "zoomed"), ("cursor", "cursor moved")):
                times = sorted(page.evaluate(MEASURE, [event, ROUNDS]))
                yield Row(f"{kind} of {POINTS:,} points, {text}, ms (median)", f"{times[len(times) // 2]:.1f}")
        browser.close()


def chart(kind: str, points: int) -> dict[str, Any]:
    """Return a chart of so many points, a minute apart."""
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    moments = [(begin + timedelta(minutes=at)).strftime("%Y-%m-%dT%H:%M:%SZ") for at in range(points)]
    values = [round(50 + 40 * math.sin(at / 3000) + at * 7919 % 17, 2) for at in range(points)]
    return {"id": "toy", "kind": kind, "x": moments, "unit": "nodes", "series": [{"name": "a", "values": values}]}


def _page_of(kind: str, folder: Path) -> str:
    (folder / "toy.html").write_text(FRAME)
    (folder / "toy_view.html").write_text(VIEW)
    file = folder / f"{kind}.html"
    file.write_bytes(single_file(Page("toy", folder), View("Charts", {}, [chart(kind, POINTS)])))
    return file.as_uri()
