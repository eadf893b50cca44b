"""Which dialect a report is and where its columns go: by the names in its header, never by position.

Names are compared without case; Oracle's table and Oracle's files differ in it (`lineItem/TenantId`). FOCUS files
carry the names of FOCUS 0.5 or 1.0, some with the prefix `x_oci_`.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from functions.adw_billing.model.columns import ColumnType
from functions.adw_billing.model.tables import DATA

TAG_PREFIX = "tags/"
FOCUS_ALIASES = {
    "invoiceissuername": "InvoiceIssuer",
    "providername": "Provider",
    "publishername": "Publisher",
}
"""Names of Oracle's own table (and of FOCUS 1.0) for columns that the files call otherwise."""
FOCUS_LATER_ALIASES = {"serviceprovidername": "Provider", "hostprovidername": "Publisher"}
"""Names of FOCUS 1.3, which has the earlier ones beside them until they end."""
LINE_ITEM_ALIASES = {"lineitem/backreference": "lineItem_backreferenceNo"}
"""Names of Oracle's prose for columns that its table and its files call otherwise (costusagereportsoverview.htm)."""
FOCUS_TAGS = ("tags", "tag")
_TEXT_TYPES = (ColumnType.TEXT, ColumnType.LONG_TEXT)
FOCUS_MARKS = frozenset({"billedcost", "chargeperiodstart"})
"""Columns that every FOCUS version requires: a header with both is FOCUS."""
COST_MARK = "cost/"
USAGE_MARKS = ("usage/", "product/resource")
LINE_ITEM_MARK = "lineitem/intervalusagestart"
"""The column that usage and cost reports require; any column `cost/…` makes it a cost report."""
PREFIXES = {"reports/usage-csv/": "usage", "reports/cost-csv/": "cost", "focus reports/": "focus"}


class HeaderFault(ValueError):
    """The first line is no header of a report; ``reason`` is the quarantine's reason."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a report's columns go.

    ``columns`` maps a table column's name to the position in the file, ``tags`` are (tag key, position),
    ``others`` are (header, position) of columns that the table does not have; ``width`` is the number of fields.
    """

    dialect: str
    width: int
    columns: dict[str, int]
    tags: tuple[tuple[str, int], ...]
    others: tuple[tuple[str, int], ...]

    @property
    def value_types(self) -> dict[int, ColumnType]:
        """The types of the fields that are numbers or moments, not plain texts, by position."""
        table = DATA[self.dialect]
        types = {position: table.column(name).type for name, position in self.columns.items()}
        return {position: each for position, each in types.items() if each not in _TEXT_TYPES}

    @property
    def lengths(self) -> dict[int, int]:
        """How many characters the fields of short texts may have, by position."""
        table = DATA[self.dialect]
        texts = {position: table.column(name) for name, position in self.columns.items()}
        return {position: column.length for position, column in texts.items() if column.type is ColumnType.TEXT}

    @property
    def tag_texts(self) -> tuple[int, ...]:
        """The position of the column whose texts are tags as JSON, which FOCUS reports have."""
        return tuple(position for name, position in self.columns.items() if name == "tags")

    @property
    def null_words(self) -> frozenset[str]:
        """Texts that mean "no value" besides the empty one."""
        return frozenset({"NULL"}) if self.dialect == "focus" else frozenset()


def dialect_of_name(object_name: str) -> str:
    """Return the dialect that an object's prefix promises; empty for other prefixes."""
    lowered = object_name.lower()
    return next((dialect for prefix, dialect in PREFIXES.items() if lowered.startswith(prefix)), "")


def layout(header: bytes) -> Layout:
    """Return the layout of a report whose first record is ``header``. Raises HeaderFault."""
    try:
        text = header.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise HeaderFault("not-utf-8", "the header is no UTF-8") from None
    if "\0" in text:
        raise HeaderFault("nul-byte", "the header has a NUL byte")
    try:
        names = [name.strip() for name in next(csv.reader(io.StringIO(text, newline=""), strict=True), [])]
    except csv.Error as fault:
        raise HeaderFault("no-header", f"the header cannot be read: {fault}") from None
    return _focus(names) if _dialect(names) == "focus" else _line_items(_dialect(names), names)


def _dialect(names: list[str]) -> str:
    lowered = {_bare(name) for name in names}
    if lowered >= FOCUS_MARKS:
        return "focus"
    if LINE_ITEM_MARK in lowered and any(name.startswith(COST_MARK) for name in lowered):
        return "cost"
    if LINE_ITEM_MARK in lowered and any(name.startswith(USAGE_MARKS) for name in lowered):
        return "usage"
    raise HeaderFault("unknown-dialect", "the header is that of no usage, cost or FOCUS report")


def _bare(name: str) -> str:
    return name.lower().removeprefix("x_oci_")


def _line_items(dialect: str, names: list[str]) -> Layout:
    known = {column.header.lower(): column.name for column in DATA[dialect].columns if column.header}
    # an alias counts only where the column's own name is not there too: its value is the one that rows are joined by
    named = {known.get(name.lower()) for name in names}
    known |= {alias: column for alias, column in LINE_ITEM_ALIASES.items() if column not in named}
    columns: dict[str, int] = {}
    tags: list[tuple[str, int]] = []
    others: list[tuple[str, int]] = []
    for position, name in enumerate(names):
        column = known.get(name.lower())
        if column and column not in columns:
            columns[column] = position
        elif name.lower().startswith(TAG_PREFIX):
            tags.append((name[len(TAG_PREFIX) :], position))
        else:
            others.append((name, position))
    return Layout(dialect, len(names), columns, _unique(tags), _unique(others))


def _focus(names: list[str]) -> Layout:
    known = {column.name.lower(): column.name for column in DATA["focus"].columns if column.header} | FOCUS_ALIASES
    # a later name counts only where none of the earlier ones is there, wherever it stands in the header
    named = {_focus_column(name, known) for name in names}
    known |= {alias: column for alias, column in FOCUS_LATER_ALIASES.items() if column not in named}
    columns: dict[str, int] = {}
    tags: list[tuple[str, int]] = []
    others: list[tuple[str, int]] = []
    for position, name in enumerate(names):
        column = _focus_column(name, known)
        if column and column not in columns:
            columns[column] = position
        elif name.lower().startswith(TAG_PREFIX):
            tags.append((name[len(TAG_PREFIX) :], position))
        else:
            others.append((name, position))
    return Layout("focus", len(names), columns, _unique(tags), _unique(others))


def _focus_column(name: str, known: dict[str, str]) -> str:
    """Return the column for a header: `x_oci_Provider` is Provider, `x_oci_ReferenceNumber` oci_ReferenceNumber."""
    # The prefix marks two things: columns of Oracle's own, which keep an `oci_` in the table, and plain FOCUS columns
    # that some files prefix all the same. The name with the prefix is tried first, so that a column of Oracle's own
    # never takes the place of a FOCUS column of the same rest.
    lowered = name.lower()
    bare = _bare(name)
    candidates = (lowered, f"oci_{bare}" if bare != lowered else bare, bare)
    for candidate in candidates:
        if candidate in FOCUS_TAGS:
            return "tags"
        if candidate in known:
            return known[candidate]
    return ""


def _unique(pairs: list[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Return the pairs with a number added to names that occur again: no value is lost in a JSON object."""
    # `x,x,x#2`: a made name must be neither one of the file nor one made before
    taken = {name for name, _ in pairs}
    seen: dict[str, int] = {}
    result = []
    for name, position in pairs:
        number = seen.get(name, 0) + 1
        while number > 1 and f"{name}#{number}" in taken:
            number += 1
        seen[name] = number
        made = name if number == 1 else f"{name}#{number}"
        taken.add(made)
        result.append((made, position))
    return tuple(result)
