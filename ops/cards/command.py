"""`oci-functions badge cards …`: list, add, remove, import, export and claim, over the bucket's object or the backend.

Results go to stdout, what is wrong to stderr. Exit status: 0, or 1 when nothing was done.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from functions.codecard_avatar.card.card_entry import PERSON_FIELDS, EntryFaults, entry_key, entry_value, fields_of
from functions.codecard_avatar.card.partly_saved import PartlySaved
from functions.codecard_avatar.card.people_csv import TableFaults, parse_people, write_people
from functions.codecard_avatar.card.registry_edits import Edit, EditRefused, claim_edit, document_bytes
from functions.codecard_avatar.model.button_layout import BUTTONS
from ops.cards.advice import advice_of, told_of
from ops.cards.card_backend import CANNOT, CardBackend
from ops.cards.which_registry import add_registry_arguments, registry_of
from shared.errors import FunctionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from functions.codecard_avatar.card.registry_document import RegistryDocument
    from functions.codecard_avatar.card.registry_edits import Edited, Wish

DONE, NOTHING_DONE = 0, 1
NAME_OPTION = "name"
NOTHING_CHANGED = "nothing was changed"
_HELP_OF = {
    "title": "first and last name, as the badge shows it",
    "role": "job title",
    "company": "company or organisation",
    "pronouns": "such as she/her",
    "event": "the event's name",
    "detail": "one further line",
    "qr": "text of the QR code: an address, a handle, a vCard",
    "photo": "name of a picture in private_bucket",
    "layout": "classic, name-first, qr, photo or details",
}


def list_cards(options: argparse.Namespace) -> int:
    """Print a line a card, and on stderr what is wrong with the registry."""
    return _guarded(lambda: _list(options))


def list_json(options: argparse.Namespace) -> int:
    """Print the cards as one JSON object, with the keys that are no card's and those that are there twice."""
    return _guarded(lambda: _list_json(options))


def add(options: argparse.Namespace) -> int:
    """Save one card, or one button of it."""
    wish: Wish = "put" if options.replace else "add"
    return _guarded(
        lambda: _edit(options, [Edit(wish, entry_key(options.card, options.button or ""), _value(options))])
    )


def claim(options: argparse.Namespace) -> int:
    """Save the card whose screen shows the code, if it has no owner yet."""
    return _guarded(lambda: _claim(options))


def remove(options: argparse.Namespace) -> int:
    """Remove a card with all its buttons, or one button's entry."""
    return _guarded(lambda: _remove(options))


def import_people(options: argparse.Namespace) -> int:
    """Save all rows of a CSV file, or none."""
    return _guarded(lambda: _import(options))


def export(options: argparse.Namespace) -> int:
    """Print the registry as one JSON object, or as CSV."""
    return _guarded(lambda: _export(options))


def _guarded(work: Callable[[], int]) -> int:
    """Return the status of a command; what can be expected to go wrong is told on stderr."""
    try:
        return work()
    except PartlySaved as stopped:
        told = told_of(stopped)
    except EntryFaults as refused:
        told = [f"{_option(name)} {text}" for name, text in refused.by_field.items()]
        told.append(NOTHING_CHANGED)
    except (TableFaults, EditRefused) as refused:
        told = [*refused.faults, NOTHING_CHANGED]
    except FunctionError as error:
        told = [f"{error.reason}: {error.message}", f"-> {advice_of(error)}", NOTHING_CHANGED]
    for line in told:
        sys.stderr.write(_printable(line) + "\n")
    return NOTHING_DONE


def _option(field: str) -> str:
    return {"card": "CARD", "code": "CODE", "title": "--name"}.get(field, f"--{field}")


def _list(options: argparse.Namespace) -> int:
    count = 0
    for document in _documents(options):
        for key, value in sorted(document.cards.items()):
            card, _, button = key.partition("/")
            fields = fields_of(value)
            rest = "; ".join(text for name, text in (fields or {}).items() if name != "title" and text)
            shown = (fields or {}).get("title") or (
                "(no name)" if fields else "(neither a name nor an object of texts)"
            )
            _print(f"{card} {button or '-':3} {shown}{'  ' + rest if rest else ''}")
            count += 1
        for key in sorted(document.twice):
            sys.stderr.write(f"{key} is there twice, with different fields: save it again with --replace\n")
        for key in document.strangers:
            sys.stderr.write(_printable(f"{key!r} is no card's id, and passed over\n").rstrip("\n") + "\n")
    sys.stderr.write(f"{count} cards and buttons\n")
    return DONE


def _list_json(options: argparse.Namespace) -> int:
    cards: dict[str, object] = {}
    twice: list[str] = []
    strangers: list[str] = []
    for document in _documents(options):
        cards.update(document.cards)
        twice += sorted(document.twice)
        strangers += document.strangers
    _print(json.dumps({"cards": dict(sorted(cards.items())), "twice": twice, "strangers": strangers}, indent=2))
    return DONE


def _remove(options: argparse.Namespace) -> int:
    key = entry_key(options.card, options.button or "")
    if options.button or "/" in key:
        return _edit(options, [Edit("remove", key)])
    present = {each for document in _documents(options) for each in (*document.cards, *document.twice)}
    of_card = [each for each in (key, *(f"{key}/{button}" for button in BUTTONS)) if each in present]
    return _edit(options, [Edit("remove", each) for each in of_card or [key]])


def _claim(options: argparse.Namespace) -> int:
    try:
        edit = claim_edit(options.code, _value(options))
    except EntryFaults:
        raise
    except ValueError as fault:
        raise EntryFaults({"code": str(fault)}) from None
    return _edit(options, [edit])


def _import(options: argparse.Namespace) -> int:
    try:
        data = sys.stdin.buffer.read() if str(options.file) == "-" else options.file.read_bytes()
    except OSError as error:
        raise TableFaults([f"{options.file}: {error.strerror}"]) from None
    wish: Wish = "put" if options.replace else "add"
    people = parse_people(data)
    return _edit(options, [Edit(wish, each.key, each.value, f"line {each.line}") for each in people])


def _export(options: argparse.Namespace) -> int:
    documents = list(_documents(options))
    if options.csv:
        unfit = [key for each in documents for key in (*each.twice, *each.strangers)]
        unfit += [key for each in documents for key, value in each.cards.items() if fields_of(value) is None]
        if unfit:
            raise EditRefused([f"{key!r} cannot be a row of a table: mend it first, or export JSON" for key in unfit])
        text = write_people(sorted((key, value) for each in documents for key, value in each.cards.items()))
    else:
        text = document_bytes(pair for each in documents for pair in each.pairs).decode()
    if options.out:
        try:
            options.out.write_bytes(text.encode())
        except OSError as error:
            raise EditRefused([f"{options.out}: {error.strerror}"]) from None
    else:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
    return DONE


def _edit(options: argparse.Namespace, edits: list[Edit]) -> int:
    registry = registry_of(options)
    dry_run = getattr(options, "dry_run", False)
    done: Edited = registry.edit(edits, dry_run=dry_run)
    counts = {"added": done.added, "replaced": done.replaced, "removed": done.removed, "as before": done.same}
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    _print(f"{'would be: ' if dry_run else ''}{told or 'nothing to do'}")
    return DONE


def _documents(options: argparse.Namespace) -> Iterator[RegistryDocument]:
    registry = registry_of(options)
    if isinstance(registry, CardBackend):
        raise EditRefused([CANNOT])
    yield from registry.documents()


def _value(options: argparse.Namespace) -> str | dict[str, str]:
    named = {field: getattr(options, NAME_OPTION if field == "title" else field) or "" for field in PERSON_FIELDS}
    return entry_value(named)


def _print(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(_printable(text).encode(encoding, "backslashreplace").decode(encoding) + "\n")


def _printable(text: str) -> str:
    """Return a text without what a terminal would obey: names come from whoever can write the registry."""
    return "".join(each if each >= "\xa0" or each.isprintable() or each == "\n" else "?" for each in text)


def add_list_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `list`."""
    add_registry_arguments(parser)


def add_add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `add`."""
    _add_card(parser)
    _add_person(parser)
    parser.add_argument("--replace", action="store_true", help="replace what is saved of the card")
    add_registry_arguments(parser)


def add_remove_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `remove`."""
    _add_card(parser)
    add_registry_arguments(parser)


def add_import_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `import`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV with a line of column names; `-` reads stdin")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and write nothing")
    parser.add_argument("--replace", action="store_true", help="replace what is saved of the cards in the file")
    add_registry_arguments(parser)


def add_export_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `export`."""
    parser.add_argument("--csv", action="store_true", help="a table as `import` reads it, in place of JSON")
    parser.add_argument("--out", type=Path, help="a file in place of stdout")
    add_registry_arguments(parser)


def add_claim_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `claim`."""
    parser.add_argument("code", help="the claim code that the card's screen shows")
    _add_person(parser)
    add_registry_arguments(parser)


def _add_card(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("card", help="the card's MAC address, such as CC50E3CCBFFF")
    parser.add_argument("--button", choices=BUTTONS, help="one button alone (1: short press, 2: long)")


def _add_person(parser: argparse.ArgumentParser) -> None:
    for field in PERSON_FIELDS:
        option = NAME_OPTION if field == "title" else field
        parser.add_argument(f"--{option}", required=field == "title", help=_HELP_OF[field])
