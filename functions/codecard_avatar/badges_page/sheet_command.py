"""`oci-functions badge page`: the badges of a registry's cards, or of a table of people, as one file to print."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from functions.codecard_avatar.model.badge_content import LAYOUTS

if TYPE_CHECKING:
    import argparse

SIZES = ("57x38", "90x60", "120x80")
"""Of a badge in millimetres, as the style sheet has them: the panel's own size, and two of lanyard inserts."""


def add_sheet_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `page`."""
    cards = "as `badge cards export` writes it, with --csv or without"
    parser.add_argument("--cards", type=Path, required=True, metavar="JSON|CSV", help=cards)
    out = Path("out/badges.html")
    parser.add_argument("--out", type=Path, default=out, metavar="HTML", help="default: %(default)s")
    parser.add_argument("--layout", choices=LAYOUTS, default="name-first", help="default: %(default)s")
    parser.add_argument("--event", default="", help="the event's name, where a card has none of its own")
    size = "of a printed badge in mm: the panel's own size, or for lanyards; default: %(default)s, 8 on a page of A4"
    parser.add_argument("--size", choices=SIZES, default="90x60", help=size)
    photos = "folder with the photos that cards name, as they lie in the private bucket"
    parser.add_argument("--photos", type=Path, metavar="FOLDER", help=photos)


def write_sheet(options: argparse.Namespace) -> int:
    """Write the page; 2 where the cards or the file cannot be used."""
    from functions.codecard_avatar.badges_page.badge_panels import ButtonRules
    from functions.codecard_avatar.badges_page.badge_routes import PAGE
    from functions.codecard_avatar.badges_page.badge_views import sheet_view
    from functions.codecard_avatar.badges_page.sheet_photos import sheet_scenery
    from shared.errors import FunctionError
    from shared.pages.page_file import write_page
    from shared.pages.web_page import single_file

    def content() -> bytes:
        rules = ButtonRules(options.layout, None, options.event)
        cards = _read_cards(options.cards)
        return single_file(PAGE, sheet_view(cards, rules, options.size, sheet_scenery(options.photos)))

    try:
        sys.stdout.write(f"{write_page(options.out, content)}\n")
    except FunctionError as error:
        return _complain(f"{error.message}: {error.advice}")
    except ValueError as fault:
        return _complain(f"--cards {options.cards} {fault}")
    except OSError as fault:
        return _complain(f"{fault.filename or 'the file'}: {fault.strerror}")
    return 0


def _read_cards(file: Path) -> dict[str, dict[str, str]]:
    """Return the fields of cards by registry key. ValueError says what is wrong with the file."""
    from functions.codecard_avatar.card.card_entry import fields_of

    data = file.read_bytes()
    written: dict[str, object] = {}
    if file.suffix.lower() == ".csv":
        from functions.codecard_avatar.card.people_csv import parse_people

        written = {person.key: person.value for person in parse_people(data)}
    else:
        from functions.codecard_avatar.card.registry_document import parse_document

        written = dict(parse_document(data).cards)
    return {card: fields for card, value in written.items() if (fields := fields_of(value))}


def _complain(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 2
