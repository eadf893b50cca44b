"""A badge without any cloud: `oci-functions badge render`.

``add_arguments`` declares what the command takes, once for argparse, which the image can run (``__main__``), and for
the command line of ``ops.cli``.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from functions.codecard_avatar.model.badge_content import LAYOUTS, content_of

if TYPE_CHECKING:
    from PIL.Image import Image

    from functions.codecard_avatar.draw.drawn_badge import DrawnBadge
    from functions.codecard_avatar.model.badge_content import Layout

TEXTS = {
    "role": "job title",
    "company": "company, or another second line",
    "detail": "one further line, shown by the layout details",
    "pronouns": "pronouns (default: those in brackets in the name)",
    "event": "the event's name, in the band at the top",
    "qr": "text of the QR code, shown by the layout qr; vcard or mecard: a contact of the other options",
    "email": "of the contact",
    "phone": "of the contact",
    "url": "of the contact",
}
"""Options with a text of the badge, and their help."""

SHOWN_BY = {"qr": "qr", "photo": "photo", "detail": "details"}
"""Options that one layout shows."""

SUFFIXES = {"png": ".png", "bmp": ".bmp", "sheet": ".png"}
"""Options with a file that is written, and how its name has to end."""


class _CannotRenderError(Exception):
    """What is wrong with an option, and the fix."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `render`."""
    parser.add_argument("--name", help="the name, as the card's title has it; needed but for --sheet")
    parser.add_argument("--png", type=Path, help="the drawing, 264 x 176 pixels, 1 bit")
    parser.add_argument("--bmp", type=Path, help="the file that the card fetches")
    parser.add_argument("--sheet", type=Path, help="a page of all layouts with names that are hard to set, as PNG")
    default = "default: name-first, or classic with --background"
    parser.add_argument("--layout", choices=LAYOUTS, help=f"how the badge is laid out ({default})")
    for option, text in TEXTS.items():
        parser.add_argument(f"--{option}", default="", help=text)
    parser.add_argument("--photo", type=Path, help="a picture of the owner or a logo, shown by the layout photo")
    parser.add_argument("--background", type=Path, help="a picture (default: white, or the built-in one for classic)")


def render(options: argparse.Namespace) -> int:
    """Draw one badge, or the page of badges, into files and say what was written; 2 when something cannot be used.

    Raises argparse.ArgumentError when there is no file to write.
    """
    if not (options.png or options.bmp or options.sheet):
        raise argparse.ArgumentError(None, "nothing to write: give --png, --bmp or both, or --sheet")
    if (options.png or options.bmp) and options.name is None:
        raise argparse.ArgumentError(None, "the badge has no name: give --name")
    try:
        for option, suffix in SUFFIXES.items():
            _check_suffix(option, getattr(options, option), suffix)
        if options.png or options.bmp:
            _render_badge(options)
        if options.sheet:
            _render_sheet(options.sheet)
    except _CannotRenderError as fault:
        return _complain(str(fault))
    except OSError as error:
        return _complain(f"{error.filename or 'the file'}: {error.strerror}")
    return 0


def _check_suffix(option: str, file: Path | None, suffix: str) -> None:
    if file and file.suffix.lower() != suffix:
        kind = suffix[1:].upper()
        raise _CannotRenderError(f"--{option} {file}: the file is a {kind}; name it {file.with_suffix(suffix).name}")


def _render_badge(options: argparse.Namespace) -> None:
    from functions.codecard_avatar.draw import badge_picture  # after the arguments are known to be good

    drawn, layout = _drawn(options)
    for file in filter(None, (options.png, options.bmp)):
        file.parent.mkdir(parents=True, exist_ok=True)
    if options.png:
        drawn.picture.save(options.png, format="PNG", optimize=True)
        _report(options.png, f"PNG of 264 x 176 pixels, layout {layout}")
    if options.bmp:
        options.bmp.write_bytes(badge_picture.bitmap_file(drawn.picture))
        _report(options.bmp, f"the card's bitmap, layout {layout}")
    hidden = [option for option, shown in SHOWN_BY.items() if getattr(options, option) and shown != layout]
    for note in (*drawn.notes, *(f"--{option} is shown by --layout {SHOWN_BY[option]}" for option in hidden)):
        sys.stdout.write(f"note: {note}\n")


def _drawn(options: argparse.Namespace) -> tuple[DrawnBadge, Layout]:
    from functions.codecard_avatar.draw import badge_picture

    background = _background(options.background)
    layout: Layout = options.layout or ("classic" if background else "name-first")
    fields = {"title": options.name} | {option: getattr(options, option) for option in TEXTS}
    photo = options.photo.read_bytes() if options.photo else b""
    content = content_of(fields, layout, photo=photo)
    if content is None:
        raise _CannotRenderError("--name: there is nothing to draw in it; give at least one letter")
    return badge_picture.draw_badge(content, background), layout


def _background(file: Path | None) -> Image | None:
    if file is None:
        return None
    from functions.codecard_avatar.draw import photo
    from functions.codecard_avatar.errors import BackgroundUnusable

    try:
        return photo.background_picture(file.read_bytes())
    except BackgroundUnusable as error:
        why = error.message.removeprefix("image_bg_name ")
        raise _CannotRenderError(f"--background: the picture {why}") from None


def _render_sheet(file: Path) -> None:
    from functions.codecard_avatar.draw import sheet

    page = sheet.draw_sheet()
    file.parent.mkdir(parents=True, exist_ok=True)
    page.save(file, format="PNG", optimize=True)
    _report(file, f"PNG of {page.width} x {page.height} pixels, all layouts")


def _report(file: Path, what: str) -> None:
    sys.stdout.write(f"{file}: {file.stat().st_size:,} bytes, {what}\n")


def _complain(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 2
