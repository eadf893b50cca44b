"""Pages in the system's own Chromium: what they print to the console, and whom they ask, is kept for each test."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect, sync_playwright

from tools import chromium

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

REQUIRED = "BROWSER_REQUIRED"
"""Set to anything, a machine without a browser fails these tests; without it, it skips them."""

OUT = Path(__file__).resolve().parents[2] / "out"


PATIENCE_SECONDS = 90
"""Of each step in a browser: several times what one takes on a machine whose processors all tests share."""

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@dataclass
class Opened:
    """A page, with what went wrong in it and the addresses that it asked for."""

    page: Page
    faults: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def overflow_px(self) -> int:
        """By how much the page is wider than the window."""
        found: int = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return found

    def screenshot(self, name: str) -> None:
        """Keep a picture for a person to look at."""
        OUT.mkdir(exist_ok=True)
        self.page.screenshot(path=OUT / f"{name}.png", full_page=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser a module: while playwright is open, nothing else in the process may run a loop of its own."""
    found = chromium.find_browser()
    if found is None:
        if os.environ.get(REQUIRED):
            pytest.fail(f"{chromium.MISSING}, and {REQUIRED} is set")
        pytest.skip(chromium.MISSING)
    with sync_playwright() as playwright:
        browser = chromium.start_browser(playwright, found)
        yield browser
        browser.close()


def open_in(browser: Browser, address: str, **context: Any) -> Opened:
    """Open an address in a context of its own."""
    window = {"viewport": {"width": 1280, "height": 900}, **context}
    page = browser.new_context(**window).new_page()
    page.set_default_timeout(PATIENCE_SECONDS * 1000)
    found = Opened(page)
    page.on("console", lambda message: found.faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.faults.append(str(error)))
    page.on("request", lambda request: found.asked.append(request.url))
    page.goto(address, wait_until="networkidle")
    return found


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """Return a function that opens an address in a context of its own; at the end nothing may have gone wrong."""
    every: list[Opened] = []

    def opened(address: str, **context: Any) -> Opened:
        every.append(open_in(browser, address, **context))
        return every[-1]

    yield opened
    for each in every:
        assert each.faults == []
        each.page.context.close()
