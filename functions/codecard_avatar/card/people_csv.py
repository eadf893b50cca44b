"""A table of people and their cards as CSV, read whole or not at all: everything wrong in it has line and column."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.codecard_avatar.card.card_entry import PERSON_FIELDS, EntryFaults, entry_key, entry_value, fields_of
from functions.codecard_avatar.model.card_fields import CARD_FIELDS
from shared.nearest import did_you_mean
from shared.spreadsheet_cells import spreadsheet_cell, spreadsheet_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CARD_COLUMN, BUTTON_COLUMN, NAME_COLUMN = "card", "button", "name"

_OTHER_NAMES = {
    "id": CARD_COLUMN,
    "card id": CARD_COLUMN,
    "mac": CARD_COLUMN,
    "mac address": CARD_COLUMN,
    "badgeid": CARD_COLUMN,
    "full name": NAME_COLUMN,
    "title": NAME_COLUMN,
    "job title": "role",
    "organisation": "company",
    "organization": "company",
}
"""What columns are called in tables of other tools. A person's job is ``role``: a card's ``title`` is the name."""

_FIELDS = tuple(name for name in dict.fromkeys((*PERSON_FIELDS, *CARD_FIELDS)) if name != "title")
COLUMNS = (CARD_COLUMN, BUTTON_COLUMN, NAME_COLUMN, *_FIELDS)
_BY_NAME = {name.lower(): name for name in COLUMNS} | _OTHER_NAMES
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Person:
    """A row: the line it begins at, the registry's key and what is saved under it."""

    line: int
    key: str
    value: str | dict[str, str]


class TableFaults(ValueError):
    """What is wrong with a table: ``faults`` are lines of text that begin with line and column."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def parse_people(data: bytes) -> list[Person]:
    """Return a table's rows. Raises TableFaults with everything wrong: then no row of it may be used."""
    rows = _rows(_text(data))
    first = next(rows, None)
    if first is None:
        raise TableFaults(["the table is empty: its first line names the columns, such as card,name,role,company"])
    columns = _columns(*first)
    people, faults = [], []
    lines: dict[str, int] = {}
    for line, cells in rows:
        try:
            person = _person(line, columns, [spreadsheet_text(cell) for cell in cells])
        except EntryFaults as fault:
            faults += [f"line {line}, column {field}: {text}" for field, text in fault.by_field.items()]
            continue
        if person.key in lines:
            faults.append(f"line {line}, column card: {person.key} is in line {lines[person.key]} already")
        lines.setdefault(person.key, line)
        people.append(person)
    if not people and not faults:
        faults.append("the table has no row below its first line")
    if faults:
        raise TableFaults(faults)
    return people


def write_people(cards: Iterable[tuple[str, object]]) -> str:
    """Return the table of registry keys and their values, which `parse_people` reads back as they are.

    No spreadsheet runs a text of it: a name may come from whoever has a card (shared/spreadsheet_cells.py).
    """
    rows = []
    for key, value in cards:
        card, _, button = key.partition("/")
        fields = fields_of(value) or {}
        rows.append({CARD_COLUMN: card, BUTTON_COLUMN: button, NAME_COLUMN: fields.pop("title", ""), **fields})
    shown = [name for name in COLUMNS if name in {CARD_COLUMN, NAME_COLUMN} or any(row.get(name) for row in rows)]
    table = io.StringIO()
    writer = csv.DictWriter(table, shown, restval="", extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: spreadsheet_cell(text) for name, text in row.items()} for row in rows)
    return table.getvalue()


def _text(data: bytes) -> str:
    """Return the text of a file; a byte order mark is left out. Raises TableFaults."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in data:
        raise TableFaults(["the file is no UTF-8 (UTF-16, or no text): save it as CSV UTF-8"])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise TableFaults([f"line {line}: byte {data[fault.start]:#04x} is no UTF-8: save it as CSV UTF-8"]) from None


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line at which a row begins, with its cells; blank lines are no rows. Raises TableFaults."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as fault:
        raise TableFaults([f"line {line}: {fault}: is a quote open?"]) from None


def _delimiter(text: str) -> str:
    """Return which sign parts the cells of the first line: spreadsheets write semicolons where the comma is decimal."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=header.count)


def _columns(line: int, cells: list[str]) -> list[str]:
    """Return the columns' own names. Raises TableFaults."""
    columns, faults = [], []
    for cell in cells:
        given = " ".join(cell.replace("_", " ").split()).lower()
        name = _BY_NAME.get(given, "")
        if not name and given:
            near = did_you_mean(given, COLUMNS)
            faults.append(f"line {line}: no column is called {cell.strip()[:40]!r}{near or ': ' + ', '.join(COLUMNS)}")
        elif name and name in columns:
            faults.append(f"line {line}: two columns are {name}")
        columns.append(name)
    missing = [name for name in (CARD_COLUMN, NAME_COLUMN) if name not in columns]
    if missing:
        faults.append(f"line {line}: there is no column {' and none '.join(missing)}: the first line names the columns")
    if faults:
        raise TableFaults(faults)
    return columns


def _person(line: int, columns: list[str], cells: list[str]) -> Person:
    """Return a row's person. Raises EntryFaults, which calls fields as the table does."""
    named = [*columns, *[""] * (len(cells) - len(columns))]
    if nameless := [
        at for at, (name, cell) in enumerate(zip(named, cells, strict=False), 1) if cell.strip() and not name
    ]:
        fault = "has a text and no name in the first line: is a text with a comma without quotes?"
        raise EntryFaults({str(nameless[0]): fault})
    fields = dict(zip(named, cells, strict=False))
    fields.pop("", None)
    faults: dict[str, str] = {}
    key = ""
    value: str | dict[str, str] = ""
    try:
        key = entry_key(fields.pop(CARD_COLUMN, ""), fields.pop(BUTTON_COLUMN, ""))
    except EntryFaults as fault:
        faults.update(fault.by_field)
    try:
        value = entry_value({"title": fields.pop(NAME_COLUMN, ""), **fields})
    except EntryFaults as fault:
        faults.update({NAME_COLUMN if name == "title" else name: text for name, text in fault.by_field.items()})
    if faults:
        raise EntryFaults(faults)
    return Person(line, key, value)
