"""The first screenful of each of the demo's pages as a picture, for README: light, 1280 wide, in few colours."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

from tools import chromium

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

PAGES = ("costs", "cluster", "badges")
WIDTH, HEIGHT = 1280, 1000
COLOURS = 256
"""As many as a palette has; MAXCOVERAGE keeps a colour that is rare, such as one square of a legend."""

MOST_BYTES = 150_000


def draw_pages(pages: Path, folder: Path) -> list[Path]:
    """Draw ``<name>.html`` of one folder as ``<name>-page.png`` into another, and return the files.

    RuntimeError where no browser is installed, for a page that has a fault, and for a picture that is too large.
    """
    # Of the development group: only who makes pictures has it.
    from playwright.sync_api import sync_playwright

    program = chromium.find_browser()
    if program is None:
        raise RuntimeError(f"the pictures of the pages need a browser: {chromium.MISSING}")
    made = []
    with sync_playwright() as playwright:
        browser = chromium.start_browser(playwright, program)
        for name in PAGES:
            picture = shown(browser, (pages / f"{name}.html").resolve().as_uri())
            made.append(keep(picture, folder / f"{name}-page.png"))
        browser.close()
    return made


def shown(browser: Browser, address: str, headers: dict[str, str] | None = None) -> bytes:
    """Return the first screenful of an address. RuntimeError for a page that has a fault."""
    page = browser.new_page(
        viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", extra_http_headers=headers or {}
    )
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(address, wait_until="networkidle")
    picture = page.screenshot()
    if faults:
        raise RuntimeError(f"{address}: {faults[0]}")
    return picture


def keep(picture: bytes, target: Path) -> Path:
    """Write a picture in few colours, and return its file. RuntimeError for one that is too large."""
    with Image.open(io.BytesIO(picture)) as opened:
        few = opened.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(target, optimize=True)
    if (size := target.stat().st_size) > MOST_BYTES:
        raise RuntimeError(f"{target.name} has {size:,} bytes, more than {MOST_BYTES:,}: draw less")
    return target
