"""A question of the bill, and the view that answers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from functions.adw_billing.warehouse.questions.words import Words


@dataclass(frozen=True, slots=True)
class Question:
    """A view that answers a question; ``question`` in one sentence, ``sql`` its SELECT in an engine's words."""

    name: str
    question: str
    view: str
    columns: tuple[str, ...]
    sql: Callable[[Words], str]

    def create(self, words: Words) -> str:
        """Return `CREATE OR REPLACE VIEW`."""
        return f"CREATE OR REPLACE VIEW {words.name(self.view)} AS\n{self.sql(words)}"


def question(name: str, text: str, view: str, columns: str, sql: Callable[[Words], str]) -> Question:
    """Return a question; ``columns`` are separated by blanks."""
    return Question(name, text, view, tuple(columns.split()), sql)
