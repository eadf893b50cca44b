"""Many cards at once: what a table would change is shown first, and written only where it still changes just that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.codecard_avatar.badges_page.card_list import row_of
from functions.codecard_avatar.card.card_entry import EntryFaults, entry_value, fields_of
from functions.codecard_avatar.card.people_csv import Person, TableFaults, parse_people
from functions.codecard_avatar.card.registry_document import parse_document
from functions.codecard_avatar.card.registry_edits import Edit, mark_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from functions.codecard_avatar.badges_page.card_list import CardRow

MAX_ROWS = 2000
"""From a page; `badge cards import` takes any number."""

MAX_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Change:
    """An entry that would be other than it is; ``before`` is None for a new one."""

    after: CardRow
    before: CardRow | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What a table changes: the edits, counts, the first changes to look at, and a mark by which it is known again."""

    edits: tuple[Edit, ...]
    added: int
    replaced: int
    same: int
    shown: tuple[Change, ...]
    mark: str

    @property
    def changes(self) -> int:
        """How many entries are other than they were."""
        return self.added + self.replaced


def people_of(text: str) -> list[Person]:
    """Return the rows of a table, CSV or an exported JSON object. Raises TableFaults with everything wrong."""
    people = _of_json(text) if text.lstrip().startswith("{") else parse_people(text.encode("utf-8", "surrogatepass"))
    if len(people) > MAX_ROWS:
        raise TableFaults([f"the table has {len(people)} rows, and a page takes {MAX_ROWS}: use badge cards import"])
    return people


def difference(people: Sequence[Person], present: Mapping[str, object]) -> Difference:
    """Return what the rows change of the values that the registry has under their keys."""
    changed = [each for each in people if present.get(each.key) != each.value]
    replaced = [each for each in changed if each.key in present]
    marks = [[each.key, mark_of(present.get(each.key)), mark_of(each.value)] for each in changed]
    edits = tuple(
        Edit("put", each.key, each.value, f"line {each.line}", mark_of(present.get(each.key))) for each in changed
    )
    # What replaces something is looked at first.
    first = [*replaced, *(each for each in changed if each.key not in present)][:MAX_SHOWN]
    return Difference(
        edits,
        added=len(changed) - len(replaced),
        replaced=len(replaced),
        same=len(people) - len(changed),
        shown=tuple(_change(each, present) for each in first),
        mark=mark_of(marks),
    )


def _change(person: Person, present: Mapping[str, object]) -> Change:
    before = row_of(person.key, present[person.key]) if person.key in present else None
    return Change(row_of(person.key, person.value), before)


def _of_json(text: str) -> list[Person]:
    try:
        document = parse_document(text.encode("utf-8", "surrogatepass"))
    except ValueError as fault:
        raise TableFaults([f"the text {fault}"]) from None
    faults = [f"{key} is there twice" for key in sorted(document.twice)]
    faults += [f"{key[:40]!r} is no card's id" for key in document.strangers]
    people = []
    for number, (key, value) in enumerate(document.cards.items(), 1):
        fields = fields_of(value)
        if fields is None:
            faults.append(f"{key}: neither a name nor an object of texts")
            continue
        try:
            people.append(Person(number, key, entry_value(fields)))
        except EntryFaults as fault:
            faults += [f"{key}, {name}: {text}" for name, text in fault.by_field.items()]
    if faults or not people:
        raise TableFaults(faults or ["the text has no card in it"])
    return people
