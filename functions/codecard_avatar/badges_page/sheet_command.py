"""`oci-functions badge page`: the badges of a registry's cards as one file, to look at and to print."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from functions.codecard_avatar.model.badge_content import LAYOUTS

if TYPE_CHECKING:
    import argparse


def add_sheet_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `page`."""
    parser.add_argument("--cards", type=Path, required=True, metavar="JSON", help="as `badge cards export` writes it")
    out = Path("out/badges.html")
    parser.add_argument("--out", type=Path, default=out, metavar="HTML", help="default: %(default)s")
    parser.add_argument("--layout", choices=LAYOUTS, default="name-first", help="default: %(default)s")
    parser.add_argument("--event", default="", help="the event's name, where a card has none of its own")


def write_sheet(options: argparse.Namespace) -> int:
    """Write the page; 2 where the cards or the file cannot be used."""
    from functions.codecard_avatar.badges_page.badge_panels import ButtonRules
    from functions.codecard_avatar.badges_page.badge_routes import PAGE
    from functions.codecard_avatar.badges_page.badge_views import sheet_view
    from functions.codecard_avatar.card.card_entry import fields_of
    from functions.codecard_avatar.card.registry_document import parse_document
    from shared.errors import FunctionError
    from shared.pages.page_file import write_page
    from shared.pages.web_page import single_file

    def content() -> bytes:
        written = parse_document(options.cards.read_bytes()).cards
        cards = {card: fields for card, value in written.items() if (fields := fields_of(value))}
        return single_file(PAGE, sheet_view(cards, ButtonRules(options.layout, None, options.event)))

    try:
        sys.stdout.write(f"{write_page(options.out, content)}\n")
    except FunctionError as error:
        return _complain(f"{error.message}: {error.advice}")
    except ValueError as fault:
        return _complain(f"--cards {options.cards} {fault}")
    except OSError as fault:
        return _complain(f"{fault.filename or 'the file'}: {fault.strerror}")
    return 0


def _complain(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 2
