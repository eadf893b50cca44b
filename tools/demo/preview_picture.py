"""The badge page as the local cloud serves it, as a picture for README and the function's page: a name is typed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from urllib.parse import urlencode

from emulator.cloud import Cloud
from emulator.functions_app import FunctionsApp
from tools import chromium
from tools.demo.page_pictures import keep, shown

NAME = "badge-preview.png"
TYPED = {
    "title": "Joan Citizen",
    "role": "Platform engineer",
    "company": "Example Corp",
    "event": "DevCon 2026",
    "qr": "https://example.com/joan",
}


def draw_preview(folder: Path) -> Path:
    """Draw the page into a folder, and return the file. RuntimeError where no browser is installed."""
    # Of the development group: only who makes pictures has it.
    from playwright.sync_api import sync_playwright

    program = chromium.find_browser()
    if program is None:
        raise RuntimeError(f"the picture of the badge page needs a browser: {chromium.MISSING}")
    functions = FunctionsApp(lambda cloud: cloud.identity.mint_resource_principal())
    with (
        tempfile.TemporaryDirectory(prefix="preview-") as root,
        Cloud(Path(root), functions=functions, tls=False) as cloud,
        sync_playwright() as playwright,
    ):
        bucket = "https://objectstorage.us-phoenix-1.oraclecloud.com/n/example/b/codecard"
        functions.host.configure(
            "codecard-avatar",
            {"oss_bucket": bucket, "private_bucket": f"{bucket}-private", "card_registry": "cards.json"},
        )
        headers = {"Authorization": f"Bearer {cloud.identity.mint_access_token()}"}
        browser = chromium.start_browser(playwright, program)
        picture = shown(browser, f"{cloud.gateway}/codecard/badges?{urlencode(TYPED)}", headers)
        browser.close()
    return keep(picture, folder / NAME)
