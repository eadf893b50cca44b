"""The few words in which the engines' SQL for a question differs."""

from __future__ import annotations

import re
from typing import Protocol

from shared.errors import BadRequest

ORACLE_TAG_KEY = re.compile(r"[\w.:/@+ -]{1,250}")
"""Tag keys that can stand in a JSON path of Oracle, which takes no bind: no quote, no backslash."""


class Words(Protocol):
    """An engine's words; ``table`` says what it calls a table of model/tables.py."""

    def table(self, name: str) -> str:
        """Return the name of a table."""

    def bind(self, name: str) -> str:
        """Return the place of a bound value."""

    def text(self, column: str) -> str:
        """Return any value as text."""

    def text_of(self, column: str, form: str) -> str:
        """Return a moment's `day` or `month` as text."""

    def day(self, column: str) -> str:
        """Return the date of a moment, to be compared with a date."""

    def date(self, bind: str) -> str:
        """Return a date of a bound ISO text."""

    def tag(self, key: str, bind: str) -> tuple[str, str]:
        """Return the value of a tag of the column `tags`, and what is bound for it (empty: nothing)."""


class DuckDbWords:
    """DuckDB."""

    def table(self, name: str) -> str:
        """Return the name as it is."""
        return name

    def bind(self, name: str) -> str:
        """Return `$name`."""
        return f"${name}"

    def text(self, column: str) -> str:
        """Return any value as text."""
        return f"CAST({column} AS VARCHAR)"

    def text_of(self, column: str, form: str) -> str:
        """Return the text of a day or month."""
        return f"strftime({column}, '{'%Y-%m-%d' if form == 'day' else '%Y-%m'}')"

    def day(self, column: str) -> str:
        """Return the date."""
        return f"CAST({column} AS DATE)"

    def date(self, bind: str) -> str:
        """Return the date of a text."""
        return f"CAST(${bind} AS DATE)"

    def tag(self, key: str, bind: str) -> tuple[str, str]:
        """Bind a JSON pointer, which any key can stand in; a text that is no JSON has no tags, and stops nothing."""
        pointer = "/" + key.replace("~", "~0").replace("/", "~1")
        return f"CASE WHEN json_valid(tags) THEN json_extract_string(tags, ${bind}) END", pointer


class OracleWords:
    """Oracle Database 19c and later; ``table`` is the engine's own naming."""

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix

    def table(self, name: str) -> str:
        """Return the name with the schema's prefix."""
        return self._prefix + name

    def bind(self, name: str) -> str:
        """Return `:name`."""
        return f":{name}"

    def text(self, column: str) -> str:
        """Return the value: Oracle makes a text of it where it needs one."""
        return column

    def text_of(self, column: str, form: str) -> str:
        """Return the text of a day or month."""
        return f"TO_CHAR({self.day(column)}, '{'YYYY-MM-DD' if form == 'day' else 'YYYY-MM'}')"

    def day(self, column: str) -> str:
        """Return midnight of the moment's day."""
        return f"CAST(TRUNC({column}, 'DD') AS DATE)"

    def date(self, bind: str) -> str:
        """Return the date of a text."""
        return f"TO_DATE(:{bind}, 'YYYY-MM-DD')"

    def tag(self, key: str, bind: str) -> tuple[str, str]:  # noqa: ARG002  (no bind in a path)
        """Return JSON_VALUE, whose path must be a literal; BadRequest for a key that cannot stand in one."""
        if ORACLE_TAG_KEY.fullmatch(key) is None:
            raise BadRequest(f"tag:{key} has letters that Oracle's JSON paths do not take", field="by")
        return f"JSON_VALUE(tags, '$.\"{key}\"')", ""


DUCKDB = DuckDbWords()
