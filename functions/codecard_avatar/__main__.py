"""`python -m functions.codecard_avatar render --name "Joan Citizen" --png badge.png --bmp badge.bmp`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from functions.codecard_avatar.model import badge_name


def main(arguments: list[str] | None = None) -> int:
    """Draw a badge without any cloud; 2 when the name, the background or a file cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m functions.codecard_avatar", description=__doc__)
    render = parser.add_subparsers(required=True).add_parser("render", help="draw one badge into files")
    render.add_argument("--name", required=True, help="first and last name, as the card's title has it")
    render.add_argument("--png", type=Path, help="the drawing, 264 x 176 pixels, 1 bit")
    render.add_argument("--bmp", type=Path, help="the file that the card fetches")
    render.add_argument("--background", type=Path, help="a picture of 264 x 176 pixels (default: the built-in one)")
    chosen = parser.parse_args(arguments)
    if not chosen.png and not chosen.bmp:
        parser.error("nothing to write: give --png, --bmp or both")
    return _render(chosen.name, chosen.background, chosen.png, chosen.bmp)


def _render(title: str, background: Path | None, png: Path | None, bmp: Path | None) -> int:
    from functions.codecard_avatar.draw import (  # after the arguments are known to be good
        badge_picture,
        untrusted_images,
    )
    from functions.codecard_avatar.errors import BackgroundUnusable

    name = badge_name.from_title(title)
    if name is None:
        return _complain("--name: there is nothing to draw in it; give at least one letter")
    try:
        own = untrusted_images.decode_background(background.read_bytes()) if background else None
        picture = badge_picture.draw_badge(name, own)
        if png:
            picture.save(png, format="PNG")
        if bmp:
            bmp.write_bytes(badge_picture.bitmap_file(picture))
    except BackgroundUnusable as error:
        return _complain(f"--background: {error.message}")
    except OSError as error:
        return _complain(f"{error.filename or 'the file'}: {error.strerror}")
    return 0


def _complain(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
