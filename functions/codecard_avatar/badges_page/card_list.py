"""Cards of a registry as a page lists them: a hundred at a time, and a bounded number of reads for each."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from functions.codecard_avatar.card.card_entry import fields_of
from functions.codecard_avatar.card.people_csv import write_people
from functions.codecard_avatar.card.registry_edits import document_bytes
from functions.codecard_avatar.model.card_id import card_id_of, card_key_of
from functions.codecard_avatar.model.claim_code import card_of_claim_code
from shared.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from functions.codecard_avatar.card.registry_document import RegistryDocument
    from functions.codecard_avatar.card.registry_store import RegistryStore

PAGE_ROWS = 100
MAX_PARTS = 32
"""Of a folder's 256 objects, read for one page of the list: the next page goes on where it stopped."""

MAX_EXPORT_BYTES = 5 * 1024 * 1024
"""Fn passes on 6 MB of an answer."""

_PART_AFTER = re.compile(r"[0-9A-F]{2}")


@dataclass(frozen=True, slots=True)
class CardRow:
    """One entry: its key, card and button of it, the name, the other fields as one text, whether it is one at all."""

    key: str
    card: str
    button: str
    name: str
    rest: str


@dataclass(frozen=True, slots=True)
class CardList:
    """A page of entries: what was looked for, where the next page begins, what is wrong with the registry."""

    find: str
    rows: tuple[CardRow, ...]
    after: str = ""
    found: int | None = None
    searched: str = ""
    faults: tuple[str, ...] = field(default=())


def list_cards(store: RegistryStore, find: str = "", after: str = "") -> CardList:
    """Return the entries behind ``after`` that have ``find`` in them. Raises BadRequest, OciServiceError."""
    position = _position(after)
    if not store.is_folder:
        return _one_object(store, find, position)
    card = _card_of(find)
    if card:
        return _from_document(store.document(store.name_of(card)), card, position)
    return _some_parts(store, find, position)


def export_cards(store: RegistryStore, kind: str) -> bytes:
    """Return the whole registry as ``csv`` or ``json``. Raises BadRequest for what does not fit into an answer."""
    documents = list(store.documents())
    if kind == "csv":
        cards = sorted((pair for each in documents for pair in each.cards.items()), key=lambda pair: pair[0])
        # What no row can say is not left out in silence: a table is what people take for the whole.
        lost = [key for each in documents for key in (*sorted(each.twice), *each.strangers)]
        if unfit := next((key for key, value in cards if fields_of(value) is None), next(iter(lost), "")):
            raise BadRequest(f"{unfit[:40]} cannot be a row of a table", fix="export JSON", field="export")
        body = write_people(cards).encode("utf-8", "backslashreplace")
    else:
        body = document_bytes(pair for each in documents for pair in each.pairs)
    if len(body) > MAX_EXPORT_BYTES:
        raise BadRequest(f"The cards have {len(body)} bytes", fix="use: badge cards export", field="export")
    return body


def row_of(key: str, value: object) -> CardRow:
    """Return an entry as it is listed."""
    card, _, button = key.partition("/")
    fields = fields_of(value)
    if fields is None:
        return CardRow(key, card, button, "", "neither a name nor fields")
    rest = "; ".join(text for name, text in fields.items() if name != "title" and text)
    return CardRow(key, card, button, fields.get("title", ""), rest)


def _one_object(store: RegistryStore, find: str, after: str) -> CardList:
    document = store.document(store.name_of(""))
    card = _card_of(find)
    return _from_document(document, card or find, after)


def _some_parts(store: RegistryStore, find: str, after: str) -> CardList:
    """Read the parts from the one of ``after`` on, until a page is full or enough has been read."""
    first = after if _PART_AFTER.fullmatch(after) else after.partition("/")[0][-2:]
    names = [name for name in store.parts() if _digits(name) >= first]
    if _PART_AFTER.fullmatch(after):
        names = [name for name in names if _digits(name) > after]
    rows: list[CardRow] = []
    faults: list[str] = []
    for at, name in enumerate(names[:MAX_PARTS]):
        document = store.document(name)
        faults += _faults(document)
        inside = after if at == 0 and not _PART_AFTER.fullmatch(after) else ""
        keys = _matching(document, find)
        rows += _rows(document, keys[bisect.bisect_right(keys, inside) :])
        if len(rows) > PAGE_ROWS:
            return CardList(find, tuple(rows[:PAGE_ROWS]), rows[PAGE_ROWS - 1].key, faults=tuple(faults))
    if len(names) <= MAX_PARTS:
        return CardList(find, tuple(rows), faults=tuple(faults))
    last = _digits(names[MAX_PARTS - 1])
    searched = f"{MAX_PARTS} of {len(names)} parts read"
    return CardList(find, tuple(rows), last, searched=searched, faults=tuple(faults))


def _from_document(document: RegistryDocument, find: str, after: str) -> CardList:
    keys = _matching(document, find)
    first = bisect.bisect_right(keys, after)
    page = keys[first : first + PAGE_ROWS]
    following = page[-1] if first + PAGE_ROWS < len(keys) else ""
    return CardList(find, _rows(document, page), following, found=len(keys), faults=tuple(_faults(document)))


def _matching(document: RegistryDocument, find: str) -> list[str]:
    """Return the keys of the entries that have a text in them, in their order."""
    # Of a hundred thousand entries rows are made for the hundred that are shown: it is most of the CPU otherwise.
    keys, wanted = sorted(document.cards), find.casefold()
    return [key for key in keys if wanted in _text(key, document.cards[key])] if wanted else keys


def _text(key: str, value: object) -> str:
    texts = value.values() if isinstance(value, dict) else [value]
    return "\n".join([key, *map(str, texts)]).casefold()


def _rows(document: RegistryDocument, keys: Iterable[str]) -> tuple[CardRow, ...]:
    return tuple(row_of(key, document.cards[key]) for key in keys)


def _faults(document: RegistryDocument) -> list[str]:
    told = [f"{key} is there twice, with different fields: register it again" for key in sorted(document.twice)[:10]]
    return told + [f"{key[:40]!r} is no card's id, and passed over" for key in document.strangers[:10]]


def _card_of(find: str) -> str:
    """Return the id of a card that is looked for by id or claim code, empty where it is looked for by a text."""
    for read in (card_id_of, card_of_claim_code):
        try:
            return read(find)
        except ValueError:
            continue
    return ""


def _position(after: str) -> str:
    """Return where a list goes on. Raises BadRequest."""
    if not after or _PART_AFTER.fullmatch(after):
        return after
    try:
        return card_key_of(after)
    except ValueError as fault:
        raise BadRequest(f"after {fault}", fix="follow the list's own link", field="after") from None


def _digits(name: str) -> str:
    return name.rpartition("/")[2].partition(".")[0]
