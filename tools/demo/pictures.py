"""`make pictures`: play the demo and keep its pictures in docs/pictures, where README and the docs show them.

The badges of docs/codecard-avatar.md are drawn with them, and Chromium takes the pages' first screenful.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from functions.codecard_avatar.__main__ import main as render_badge
from tools import chromium
from tools.demo import figures, page_pictures, preview_picture
from tools.demo.command import ROOT
from tools.demo.command import main as play

FOLDER = ROOT / "docs" / "pictures"
KEPT = {
    "card.png": "card.png",
    "cards.png": "cards.png",
    "buttons.png": "buttons.png",
    "cost.svg": "cost.svg",
    "autoscaler-burst.svg": "burst.svg",
    "autoscaler-idle.svg": "idle.svg",
    figures.FILE: figures.FILE,
}
"""What the demo writes, and its name in docs/pictures."""

BADGE = (
    *("--name", "Joan Citizen", "--role", "Platform engineer", "--company", "Example Corp"),
    *("--event", "DevCon 2026", "--png", str(ROOT / "docs" / "badge.png")),
)
SHEET = ("--sheet", str(FOLDER / "badges.png"))


def main(arguments: list[str]) -> int:
    """Play the demo into a temporary folder and copy what README and the docs show."""
    argparse.ArgumentParser(prog="python -m tools.demo.pictures", description=__doc__).parse_args(arguments)
    if chromium.find_browser() is None:
        print(f"the pictures of the pages need a browser: {chromium.MISSING}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="pictures-") as name:
        if status := play(["--out", name]):
            return status
        FOLDER.mkdir(exist_ok=True)
        draw_badges()
        for page in [*page_pictures.draw_pages(Path(name), FOLDER), preview_picture.draw_preview(FOLDER)]:
            print(f"{page.relative_to(ROOT)}: {page.stat().st_size} bytes")
        for made, kept in KEPT.items():
            shutil.copyfile(Path(name) / made, FOLDER / kept)
            print(f"{(FOLDER / kept).relative_to(ROOT)}: {(FOLDER / kept).stat().st_size} bytes")
    print("the figures are in README.md after: make func-yaml")
    return 0


def draw_badges() -> None:
    """Draw the badge and the page of badges that docs/codecard-avatar.md shows."""
    for options in (BADGE, SHEET):
        if render_badge(["render", *options]):
            raise RuntimeError(f"badge render {' '.join(options)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
