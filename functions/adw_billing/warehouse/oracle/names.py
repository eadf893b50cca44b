"""The names that tables, views, indexes and constraints have in an Oracle schema: the one place that makes them.

The statements of this engine are written with the names of model/tables.py and get their text in the session, by its
`Names`; `Names.logical` leads back from a name of Oracle's catalogue. A prefix is the one of `Names` alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from functions.adw_billing.model.columns import Table

PREFIX = ""
"""What stands before every name of model/tables.py in Oracle; lower case, as names are used without quotes."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names in one schema."""

    prefix: str = PREFIX

    def __call__(self, table: Table | str) -> str:
        """Return the Oracle name of a table, or of the view or private table that has a name of its own."""
        return self.prefix + (table if isinstance(table, str) else table.name)

    def index(self, table: Table, kind: str) -> str:
        """Return the Oracle name of a table's index of one kind."""
        return f"{self(table)}_{kind}"

    def primary_key(self, table: Table) -> str:
        """Return the Oracle name of a table's primary key."""
        return f"{self(table)}_pk"

    def in_catalogue(self, table: Table | str) -> str:
        """Return the name as Oracle's catalogue has it: in capitals."""
        return self(table).upper()

    @property
    def pattern(self) -> str:
        """The names of all tables in Oracle's catalogue, for LIKE, and of some more: ``_`` stands for any letter."""
        return self.in_catalogue("oci%")

    def logical(self, catalogue_name: str) -> str | None:
        """Return the name in model/tables.py of a name in Oracle's catalogue; None for one without the prefix."""
        name = catalogue_name.lower()
        return name.removeprefix(self.prefix) if name.startswith(self.prefix) else None


DEFAULT_NAMES = Names()


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that names tables; its text is made when it is known what they are called."""

    text: Callable[[Names], str]


Sql = Statement | str
"""A statement of the engine; a text names no table of the loader's."""


def text_of(statement: Sql, names: Names) -> str:
    """Return a statement as the database reads it."""
    return statement.text(names) if isinstance(statement, Statement) else statement
