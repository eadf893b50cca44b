"""A badge without any cloud: `oci-functions badge render`.

``add_arguments`` declares what the command takes, once for argparse, which the image can run (``__main__``), and for
the command line of ``ops.cli``.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from functions.codecard_avatar.model import badge_name
from functions.codecard_avatar.model.badge_content import BadgeContent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `render`."""
    parser.add_argument("--name", required=True, help="first and last name, as the card's title has it")
    parser.add_argument("--png", type=Path, help="the drawing, 264 x 176 pixels, 1 bit")
    parser.add_argument("--bmp", type=Path, help="the file that the card fetches")
    parser.add_argument("--background", type=Path, help="a picture (default: the built-in one)")


def render(options: argparse.Namespace) -> int:
    """Draw one badge into files; 2 when the name, the background or a file cannot be used.

    Raises argparse.ArgumentError when there is no file to write.
    """
    if not options.png and not options.bmp:
        raise argparse.ArgumentError(None, "nothing to write: give --png, --bmp or both")
    return _render(options.name, options.background, options.png, options.bmp)


def _render(title: str, background: Path | None, png: Path | None, bmp: Path | None) -> int:
    from functions.codecard_avatar.draw import badge_picture, photo  # after the arguments are known to be good
    from functions.codecard_avatar.errors import BackgroundUnusable

    name = badge_name.from_title(title)
    if name is None:
        return _complain("--name: there is nothing to draw in it; give at least one letter")
    try:
        own = photo.background_picture(background.read_bytes()) if background else None
        picture = badge_picture.draw_badge(BadgeContent(name), own).picture
        for file in filter(None, (png, bmp)):
            file.parent.mkdir(parents=True, exist_ok=True)
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
