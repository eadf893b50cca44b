"""Whether a text for Oracle is one query and nothing else; pure.

A read-only transaction refuses changes of rows, but DDL and PL/SQL end it: both would run. So a text is sent only where
it is one SELECT. `WITH FUNCTION` declares PL/SQL inside a query, which could open a transaction of its own. A stored
function that a query calls could too, and only the rights of the database's user decide about that.
"""

from __future__ import annotations

import re

from shared.errors import BadRequest

ONE_SELECT = "write one SELECT; what is loaded can only be read here"
_CLOSING = {"[": "]", "(": ")", "{": "}", "<": ">"}
_HIDDEN = re.compile(
    r"""(?P<quoted>[nN]?[qQ]'(?P<mark>\S))|(?P<text>'(?:[^']|'')*')|(?P<name>"[^"]*")|(?P<line>--[^\n]*)"""
    r"""|(?P<block>/\*.*?\*/)|(?P<open>['"]|/\*)""",
    re.DOTALL,
)
_PLSQL = re.compile(r"\bWITH\s+(?:FUNCTION|PROCEDURE)\b", re.IGNORECASE)
_LOCKS = re.compile(r"\bFOR\s+UPDATE\b", re.IGNORECASE)


def one_query(sql: str) -> str:
    """Return the text without a semicolon at its end. BadRequest where it is anything but one query."""
    bare = _bare(sql).rstrip()
    text = sql.rstrip()
    if bare.endswith(";"):
        if not text.endswith(";"):
            raise BadRequest("there is something behind the semicolon", fix=ONE_SELECT, field="sql")
        bare, text = bare[:-1], text[:-1]
    words = re.findall(r"[A-Za-z]+", bare)
    first = words[0].upper() if words else ""
    if ";" in bare:
        raise BadRequest("there are several statements", fix=ONE_SELECT, field="sql")
    if first not in ("SELECT", "WITH") or not re.match(r"[\s(]*[A-Za-z]", bare):
        raise BadRequest(f"{first or 'nothing'} is not allowed", fix=ONE_SELECT, field="sql")
    for pattern, what in ((_PLSQL, "PL/SQL in a query"), (_LOCKS, "FOR UPDATE")):
        if pattern.search(bare):
            raise BadRequest(f"{what} is not allowed", fix=ONE_SELECT, field="sql")
    return text


def _bare(sql: str) -> str:
    """Return the text with a blank in place of each literal, quoted name and comment. BadRequest where one is open."""
    parts, at = [], 0
    while found := _HIDDEN.search(sql, at):
        parts.append(sql[at : found.start()])
        end = found.end()
        if found["quoted"]:
            closing = _CLOSING.get(found["mark"], found["mark"]) + "'"
            end = sql.find(closing, end)
            end = end + len(closing) if end >= 0 else -1
        if found["open"] or end < 0:
            raise BadRequest("a quote or a comment has no end", fix=ONE_SELECT, field="sql")
        parts.append(" x " if found["text"] or found["name"] or found["quoted"] else " ")
        at = end
    return "".join([*parts, sql[at:]])
