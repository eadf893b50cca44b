"""What the pages weigh and what one costs: bytes, cold and warm calls with a page and without one, in a browser.

The functions run as real `fdk` processes against the local cloud, on what `cloud serve` gives them, with the sample
quarter of bills.
"""

from __future__ import annotations

import gzip
import re
import statistics
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import requests
from playwright.sync_api import sync_playwright

from bench.table import Row
from emulator.cloud import Cloud
from emulator.example_data import CARD_ID, fill
from emulator.example_functions import configure
from emulator.functions_app import FunctionsApp
from emulator.serve_pages import PAGES, PagesData
from tools.chromium import MISSING, find_browser, start_browser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    from emulator.fn_server.host import FunctionHost

COLD_CALLS = 3
FUNCTIONS = {"costs": "adw-billing", "cluster": "oke-autoscaler", "badges": "codecard-avatar"}
CARD = {"X-CODECARD-ID": CARD_ID, "X-CODECARD-BUTTON-LABEL": "a", "X-CODECARD-BUTTON-FUNCTION": "1"}
COURSE = (6, 20, 8)
_PART = re.compile(r'(?:src|href)="([^"]+/static/([a-z]+)-[0-9a-f]+(\.\w+))"')


class _Made(threading.Event):
    """Ends the making of the data where the ticks of every minute would begin."""

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002
        return True


def rows() -> Iterator[Row]:
    """Measure each page."""
    functions = FunctionsApp(lambda _: {}, limit_rate=False)
    with (
        tempfile.TemporaryDirectory(prefix="bench-pages-") as root,
        Cloud(Path(root).resolve(), functions=functions) as cloud,
    ):
        data = PagesData(cloud, functions.host, _Made(), course=COURSE)
        data.go_back()
        configure(cloud, functions.host, fill(cloud), billing_days=0)
        data.prepare()
        data.run()
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {cloud.identity.mint_access_token()}"
        for name, path in PAGES.items():
            yield from _bytes(session, name, cloud.gateway + path)
            yield from _calls(session, functions.host, name, cloud.gateway + path)
        yield from _in_browser(cloud.gateway, str(session.headers["Authorization"]))


def _bytes(session: requests.Session, name: str, address: str) -> Iterator[Row]:
    page = session.get(address, timeout=100)
    page.raise_for_status()
    parts = {"HTML": page.content}
    for url, stem, kind in _PART.findall(page.text):
        what = "library" if stem == "uplot" else {".css": "style", ".js": "script"}[kind]
        parts[what] = session.get(urljoin(address, url), timeout=100).content
    shown = ", ".join(f"{what} {len(content) / 1000:.0f}" for what, content in parts.items())
    packed = sum(len(gzip.compress(content)) for content in parts.values())
    whole = sum(map(len, parts.values()))
    yield Row(f"{name} page: kB of {shown}", f"{whole / 1000:.0f} kB, {packed / 1000:.0f} with gzip")


def _calls(session: requests.Session, host: FunctionHost, name: str, address: str) -> Iterator[Row]:
    function = FUNCTIONS[name]
    gateway = address.removesuffix(PAGES[name])
    plain = f"{gateway}/codecard/avatar" if name == "badges" else f"{gateway}/invoke/{function}"

    def without() -> None:
        session.post(plain, headers=CARD if name == "badges" else {}, timeout=300).raise_for_status()

    def with_page() -> None:
        session.get(address, timeout=300).raise_for_status()

    for what, call in (("a call without a page", without), ("a call that serves the page", with_page)):
        cold, warm = zip(*(_cold_and_warm(host, function, call) for _ in range(COLD_CALLS)), strict=True)
        yield Row(
            f"{function}: {what}, median of {COLD_CALLS}",
            f"{statistics.median(cold):.2f} CPU-s cold, {statistics.median(warm):.2f} warm",
        )


def _in_browser(gateway: str, token: str) -> Iterator[Row]:
    """Open each page a few times, its function warm and its parts not yet kept by the browser."""
    program = find_browser()
    if program is None:
        yield Row("pages in a browser", MISSING)
        return
    with sync_playwright() as playwright:
        browser = start_browser(playwright, program)
        for name, path in PAGES.items():
            opened = [_opened(browser, gateway + path, token) for _ in range(COLD_CALLS)]
            paint, cpu = (statistics.median(each[at] for each in opened) for at in (0, 1))
            yield Row(
                f"{name} page in a browser, median of {COLD_CALLS}",
                f"first paint {paint:.2f} s, {cpu:.2f} CPU-s in all",
            )
        browser.close()


def _opened(browser: Browser, address: str, token: str) -> tuple[float, float]:
    """Return the seconds until something is seen, and the CPU seconds of the page until nothing more is asked for."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, extra_http_headers={"Authorization": token})
    page = context.new_page()
    measured = context.new_cdp_session(page)
    measured.send("Performance.enable")
    page.goto(address)
    page.wait_for_load_state("networkidle")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    cpu = {each["name"]: each["value"] for each in measured.send("Performance.getMetrics")["metrics"]}["TaskDuration"]
    context.close()
    return paint / 1000, cpu


def _cold_and_warm(host: FunctionHost, function: str, call: Callable[[], None]) -> tuple[float, float]:
    """Return the CPU seconds of a call in a new process, and of the same call again."""
    host.configure(function, host.config[function])  # retires the warm processes
    call()
    cold = host.calls[-1].cpu_seconds
    call()
    return cold, host.calls[-1].cpu_seconds - cold
