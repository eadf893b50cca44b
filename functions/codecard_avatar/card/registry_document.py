"""The document of a registry: a JSON object of cards, read so that one card that is wrong never breaks another.

Keys are card ids, or ``<card id>/<label>/<function>`` for one button; values are names, or objects of a card's fields:
``{"CC50E3CCBFFF": "Joan Citizen", "CC50E3CCBFFF/b/2": {"title": "…", "subtitle": "…"}}``. Ids may be written as any
spelling of a MAC address.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.codecard_avatar.model.card_id import card_key_of

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER_END = "/"
"""The end of a ``card_registry`` that names a folder of parts instead of one object."""

PART_DIGITS = 2
"""Of a card's id, the last ones, that name its part: 256 parts, each about as large as the others, since makers number
their cards one by one."""

MAX_REGISTRY_BYTES = 4 * 1024 * 1024
"""Of one object: 100,000 names, or 25,000 cards with all their fields. A container's first press reads it within the
card's 5 s on the tenth of a CPU that OCI gives 256 MB (docs/codecard-avatar.md, "Registry"); a folder has no limit."""

_BLANK_BEFORE_COLON = re.compile(rb'"\s+:')
_PLAIN_KEYS = re.compile(r"(?:[0-9A-F]{12}(?:/[ab]/[12])?\n)*")


class _Repeated(dict[str, object]):
    """A JSON object some of whose keys stand in it twice; ``pairs`` are all of them."""

    pairs: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class RegistryDocument:
    """What a document says; ``written`` is the JSON object itself.

    ``cards`` has the values by key as ``card_key_of`` gives it, without those of ``twice``: keys that are there more
    than once with different values. ``strangers`` are keys of no card.
    """

    written: Mapping[str, object]
    cards: Mapping[str, object]
    twice: frozenset[str] = frozenset()
    strangers: tuple[str, ...] = ()

    @property
    def pairs(self) -> tuple[tuple[str, object], ...]:
        """The keys as they are written, with their values, in their order; a key that is there twice is so here."""
        return self.written.pairs if isinstance(self.written, _Repeated) else tuple(self.written.items())


EMPTY = RegistryDocument({}, {})


def object_name(registry: str, card_id: str) -> str:
    """Return the name of the object that has a card: the registry's own, or its part of a folder."""
    return f"{registry}{card_id[-PART_DIGITS:]}.json" if registry.endswith(FOLDER_END) else registry


def parse_document(data: bytes) -> RegistryDocument:
    """Return what a document says; ValueError when it is no JSON object."""
    try:
        document = _flat_object(data) or json.loads(data, object_pairs_hook=_object)
    except RecursionError:
        raise ValueError("is nested too deep") from None
    except ValueError as fault:  # the text is not shown: it may hold people's names
        raise ValueError(f"is no JSON{_place(fault)}") from None
    if not isinstance(document, dict):
        raise ValueError("must be a JSON object of card ids")  # noqa: TRY004  (wrong content, not a wrong argument)
    return document_of(document)


def document_of(written: Mapping[str, object]) -> RegistryDocument:
    """Return what a JSON object says."""
    # Of a hundred thousand cards it costs a tenth to see that all keys are as this project writes them: then they need
    # not be looked at one by one, which would double the CPU of a container's first press.
    if not isinstance(written, _Repeated) and _PLAIN_KEYS.fullmatch("\n".join([*written, ""])):
        return RegistryDocument(written, written)
    cards: dict[str, object] = {}
    twice: set[str] = set()
    strangers: list[str] = []
    for name, value in RegistryDocument(written, {}).pairs:
        key = _key(name)
        if key is None:
            strangers.append(name)
        elif cards.setdefault(key, value) != value:
            twice.add(key)
    for key in twice:
        del cards[key]
    return RegistryDocument(written, cards, frozenset(twice), tuple(strangers))


def _flat_object(data: bytes) -> dict[str, object] | None:
    """Return an object of names alone, none of whose keys is there twice; None where that is not sure.

    To look at the pairs of a hundred thousand names, as `_object` does, costs as much CPU again as to read them.
    """
    if data.count(b"{") != 1 or _BLANK_BEFORE_COLON.search(data):
        return None
    document = json.loads(data)
    # Each key is followed by these two signs, and a text can only add to them: as many as there are keys in the end
    # means that no key was there twice.
    return document if isinstance(document, dict) and data.count(b'":') == len(document) else None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) == len(pairs):
        return fields
    repeated = _Repeated(fields)
    repeated.pairs = tuple(pairs)
    return repeated


def _key(written: str) -> str | None:
    try:
        return card_key_of(written)
    except ValueError:
        return None


def _place(fault: ValueError) -> str:
    return f" at line {fault.lineno}, column {fault.colno}" if isinstance(fault, json.JSONDecodeError) else ""
