"""Charting libraries side by side: bytes, and one line of 100,000 points drawn in this machine's Chromium.

``python -m bench.chart_libraries`` fetches each from npm at the version below into a folder that is gone afterwards.
docs/dependencies.md cites its figures.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from shared.pages.parts import VERSION
from tools.chromium import MISSING, find_browser, start_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser

POINTS = 100_000
ROUNDS = 7
NPM_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Library:
    """A library: its packages on npm with the file that a page needs of each, and how it draws xs and ys in a place."""

    name: str
    files: tuple[tuple[str, str], ...]
    draw: str


ECHARTS = (
    "echarts.init(place, null, { width: 1100, height: 300 }).setOption({ animation: false, xAxis: { type: 'time' }, "
    "yAxis: {}, series: [{ type: 'line', showSymbol: false, data: xs.map((x, at) => [x * 1000, ys[at]]) }] })"
)
LIBRARIES = (
    Library(
        "uPlot",
        ((f"uplot@{VERSION}", "dist/uPlot.iife.min.js"),),
        "new uPlot({ width: 1100, height: 300, series: [{}, { stroke: 'navy' }] }, [xs, ys], place)",
    ),
    Library(
        "Apache ECharts",
        (("echarts@6.1.0", "dist/echarts.min.js"),),
        ECHARTS,
    ),
    Library(
        "Apache ECharts, simple build",
        (("echarts@6.1.0", "dist/echarts.simple.min.js"),),
        ECHARTS,
    ),
    Library(
        "Observable Plot",
        (("d3@7.9.0", "dist/d3.min.js"), ("@observablehq/plot@0.6.17", "dist/plot.umd.min.js")),
        "place.append(Plot.plot({ width: 1100, height: 300, marks: "
        "[Plot.lineY(xs.map((x, at) => ({ x: new Date(x * 1000), y: ys[at] })), { x: 'x', y: 'y' })] }))",
    ),
)
MEASURE = """async ([draw, points, rounds]) => {
  const xs = Array.from({ length: points }, (_, at) => 1767225600 + at * 60);
  const ys = xs.map((_, at) => 50 + 40 * Math.sin(at / 3000) + ((at * 7919) % 17));
  const run = new Function("xs", "ys", "place", draw), scripted = [], shown = [];
  for (let round = 0; round < rounds; round += 1) {
    const place = document.createElement("div");
    document.body.replaceChildren(place);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const began = performance.now();
    run(xs, ys, place);
    await Promise.resolve().then(() => {});
    scripted.push(performance.now() - began);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    shown.push(performance.now() - began);
  }
  return [scripted, shown].map((each) => each.sort((a, b) => a - b)[Math.floor(each.length / 2)]);
}"""


def main() -> int:
    """Print a line a library; 1 where npm or a browser is missing."""
    argparse.ArgumentParser(prog="python -m bench.chart_libraries", description=__doc__).parse_args()
    npm, program = shutil.which("npm"), find_browser()
    if npm is None or program is None:
        print("npm is not installed" if npm is None else MISSING, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = start_browser(playwright, program)
        print(f"{'library':30} {'bytes':>10} {'gzip':>9} {'script ms':>10} {'shown ms':>9}")
        for library in LIBRARIES:
            code = b"\n".join(_fetched(npm, package, file, Path(name)) for package, file in library.files)
            scripted, shown = _measured(browser, code.decode(), library.draw)
            packed = len(gzip.compress(code, 9))
            print(f"{library.name:30} {len(code):>10,} {packed:>9,} {scripted:>10.0f} {shown:>9.0f}", flush=True)
        browser.close()
    return 0


def _fetched(npm: str, package: str, file: str, folder: Path) -> bytes:
    command = [npm, "pack", package, "--silent", "--pack-destination", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=NPM_SECONDS)  # noqa: S603
    with tarfile.open(folder / done.stdout.split()[-1]) as archive:
        member = archive.extractfile(f"package/{file}")
        if member is None:
            raise FileNotFoundError(f"{package} has no {file}")
        return member.read()


def _measured(browser: Browser, code: str, draw: str) -> tuple[float, float]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.add_script_tag(content=code)
    scripted, shown = page.evaluate(MEASURE, [draw, POINTS, ROUNDS])
    page.close()
    return scripted, shown


if __name__ == "__main__":
    sys.exit(main())
