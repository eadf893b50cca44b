"""The browser of this machine: where Chromium is, and how playwright starts it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
MISSING = "no Chromium on this machine (Debian: .ci/browser installs one)"


def find_browser() -> str | None:
    """Return the path of the first of NAMES that is installed."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def start_browser(playwright: Playwright, program: str) -> Browser:
    """Start it without a window; the caller closes it."""
    # --no-sandbox: containers of CI forbid the namespaces that it needs; the pages are our own.
    return playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
