"""The registry in a bucket (`card_registry`), edited so that two who write at once lose nothing.

Object storage changes an object as a whole. So each write is on the condition that the object is still the one that
was read (`if-match` with its etag; `if-none-match: *` for a new one), and whoever comes second reads again and makes
its edits on what the first has written.
"""

from __future__ import annotations

import random
import re
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from functions.codecard_avatar.card.partly_saved import PartlySaved
from functions.codecard_avatar.card.registry_document import (
    EMPTY,
    FOLDER_END,
    MAX_REGISTRY_BYTES,
    object_name,
    parse_document,
)
from functions.codecard_avatar.card.registry_edits import Edited, EditRefused, document_bytes, edited, still_wanted
from shared.errors import BadRequest, FunctionError, OciServiceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from functions.codecard_avatar.card.registry_document import RegistryDocument
    from functions.codecard_avatar.card.registry_edits import Edit
    from shared.deadline import Deadline

MAX_ATTEMPTS = 40
"""Of one write. Each that is refused for its etag means that another has succeeded, so many at once take turns."""

MAX_WAIT_SECONDS = 0.3
"""Before another attempt, by chance up to this: two that have met shall not meet again."""

_PART = re.compile(r"[0-9A-F]{2}\.json")
_WORTH_ANOTHER = frozenset({0, 412, 429, 500, 502, 503, 504})
"""Statuses (0: no answer) after which a write is made again, on what is there by then."""


@dataclass(frozen=True, slots=True)
class Version:
    """An object as it was read: its document, and its etag, empty where there is no such object."""

    document: RegistryDocument
    etag: str


class RegistryObjects(Protocol):
    """The objects of a bucket, as a registry needs them. All raise FunctionError, of the service OciServiceError."""

    def read(self, name: str) -> tuple[bytes, str] | None:
        """Return an object with its etag, None where there is none."""
        ...

    def write(self, name: str, body: bytes, etag: str) -> None:
        """Write an object where it still has the etag, or with an empty one where there is none; else status 412."""
        ...

    def names(self, prefix: str) -> list[str]:
        """Return the names of the objects in a folder."""
        ...


class RegistryStore:
    """The objects of one registry, called ``name``: one object, or with a slash at its end a folder."""

    def __init__(self, objects: RegistryObjects, name: str, deadline: Deadline) -> None:
        self._objects = objects
        self._name = name
        self._deadline = deadline

    def documents(self) -> Iterator[RegistryDocument]:
        """Yield what is in the registry: one document, or those of a folder's parts. Raises FunctionError."""
        if not self._name.endswith(FOLDER_END):
            version = self._read(self._name)
            if not version.etag:
                raise BadRequest(f"the bucket has no object {self._name}", fix="name it with --registry")
            yield version.document
            return
        for name in self.parts():
            yield self._read(name).document

    def parts(self) -> list[str]:
        """Return the names of the folder's parts in their order; whatever else lies in the folder is none."""
        found = self._objects.names(self._name)
        return sorted(name for name in found if _PART.fullmatch(name.removeprefix(self._name)))

    def values(self, keys: Iterable[str]) -> dict[str, object]:
        """Return what the registry has under these keys, each as it is compared; a key without a value is left out."""
        by_object: dict[str, list[str]] = defaultdict(list)
        for key in keys:
            by_object[object_name(self._name, key.partition("/")[0])].append(key)
        found: dict[str, object] = {}
        for name, wanted in by_object.items():
            cards = self._read(name).document.cards
            found.update((key, cards[key]) for key in wanted if key in cards)
        return found

    @property
    def is_folder(self) -> bool:
        """Whether the registry has an object for each part of it."""
        return self._name.endswith(FOLDER_END)

    def name_of(self, card_id: str) -> str:
        """Return the name of the object that has a card."""
        return object_name(self._name, card_id)

    def document(self, name: str) -> RegistryDocument:
        """Return what one object has, nothing where there is none. Raises FunctionError."""
        return self._read(name).document

    def edit(self, edits: Sequence[Edit], *, dry_run: bool = False) -> Edited:
        """Make all edits, or with ``dry_run`` only look whether they can be made; return what has changed.

        Everything is looked at before the first object is written. Raises EditRefused when an edit cannot be made, then
        nothing is written, FunctionError when the bucket cannot be read, and PartlySaved when it cannot be written.
        """
        by_object: dict[str, list[Edit]] = defaultdict(list)
        for edit in edits:
            by_object[object_name(self._name, edit.key.partition("/")[0])].append(edit)
        versions = {name: self._read(name) for name in by_object}
        planned: list[Edited] = []
        faults: list[str] = []
        for name, version in versions.items():
            try:
                planned.append(edited(version.document, by_object[name]))
                self._body(name, planned[-1])
            except EditRefused as refused:
                faults += refused.faults
        if faults:
            raise EditRefused(faults)
        for number, (name, version) in enumerate(versions.items() if not dry_run else ()):
            try:
                self._write(name, by_object[name], version)
            except (EditRefused, FunctionError) as fault:
                if number or isinstance(fault, OciServiceError):
                    raise PartlySaved(fault, number, len(versions), "objects") from None
                raise
        counts = zip(*((each.added, each.replaced, each.removed, each.same) for each in planned), strict=True)
        return Edited((), *map(sum, counts))

    def _write(self, name: str, edits: list[Edit], version: Version) -> None:
        """Write the edits into an object, on its newest version."""
        for attempt in range(MAX_ATTEMPTS):
            done = edited(version.document, edits)
            if not done.changes:
                return
            try:
                self._objects.write(name, self._body(name, done), version.etag)
            except OciServiceError as error:
                if error.status not in _WORTH_ANOTHER or attempt == MAX_ATTEMPTS - 1:
                    raise
                uncertain = error.status != 412
                wait = random.uniform(0, MAX_WAIT_SECONDS)  # noqa: S311  (who goes first is no secret)
                time.sleep(self._deadline.bounded(wait))
            else:
                return
            version = self._read(name)
            # Where no answer came, the write may have been made: what it wanted is then there, and is not refused as
            # the work of somebody else.
            edits = still_wanted(version.document, edits) if uncertain else edits

    def _body(self, name: str, done: Edited) -> bytes:
        body = document_bytes(done.pairs)
        if len(body) > MAX_REGISTRY_BYTES:
            fix = "export the cards, and import them into a folder: --registry cards/, and card_registry = cards/"
            raise BadRequest(f"{name} would have {len(body)} bytes, of which {MAX_REGISTRY_BYTES} are read", fix=fix)
        return body

    def _read(self, name: str) -> Version:
        found = self._objects.read(name)
        if found is None:
            return Version(EMPTY, "")
        data, etag = found
        try:
            return Version(parse_document(data), etag)
        except ValueError as fault:
            raise BadRequest(f"{name} {fault}", fix="mend the object by hand: nothing was changed") from None
