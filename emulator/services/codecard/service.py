"""The Code Card's backend (an ORDS module of the original), with its quirks, and the original's identicon service.

GET answers a card's fields: text unescaped, null fields left out; anything unknown or wrong is a 200 with "Uh oh!".
POST saves a card: insert or update on the unique key badge id, button label, button function.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from emulator.services.codecard.identicon_png import identicon_png

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

DEFAULT_PATH = "/ords/codecard/master/cc"
IDENTICON_PATH = "/identicon"

COLUMNS: Mapping[str, int] = {
    "template": 12,
    "title": 50,
    "subtitle": 100,
    "bodytext": 200,
    "icon": 200,
    "badge": 5,
    "backgroundImage": 200,
    "backgroundColor": 10,
    "fingerprint": 200,
    "barcode": 50,
}
"""The fields of a card in the order of the answer, with the lengths of their columns."""

KEY_COLUMNS: Mapping[str, int] = {"badgeId": 12, "buttonLabel": 1, "buttonFunction": 1}

_UNESCAPED = frozenset({"title", "subtitle", "bodytext"})

UNKNOWN_CARD: Mapping[str, str] = {
    "template": "template1",
    "title": "Uh oh!",
    "subtitle": "Button A short press",
    "bodytext": "You have not configured your Code Card",
    "icon": "fail",
}


@dataclass(frozen=True)
class SavedCard:
    """One saved card: `key` is (badge id, button label, button function), `fields` has no nulls."""

    key: tuple[str, str, str]
    fields: Mapping[str, str]


class CodecardService:
    """The backend on an SQLite file; `path` may be changed before the cloud is made."""

    name = "codecard"
    signed = False

    def __init__(self, file: Path, path: str = DEFAULT_PATH) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._database = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        columns = ", ".join(f"{name} TEXT" for name in COLUMNS)
        keys = ", ".join(f"{name} TEXT NOT NULL" for name in KEY_COLUMNS)
        self._database.execute(
            f"CREATE TABLE IF NOT EXISTS codemaker ({keys}, {columns}, PRIMARY KEY ({', '.join(KEY_COLUMNS)}))"
        )

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the backend's path and the identicon service's."""
        return [
            web.get(self.path, self._get),
            web.post(self.path, self._post),
            web.get(IDENTICON_PATH + "/{name}", self._identicon),
        ]

    def reset(self) -> None:
        """Forget all cards."""
        with self._lock:
            self._database.execute("DELETE FROM codemaker")

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def save(self, badge_id: str, label: str = "a", function: str = "1", **fields: str | None) -> None:
        """Insert or update a card. Raises ValueError for an unknown field or a text that is too long for its column."""
        row = {"badgeId": badge_id, "buttonLabel": label, "buttonFunction": function, **fields}
        limits = {**KEY_COLUMNS, **COLUMNS}
        if unknown := sorted(set(row) - set(limits)):
            raise ValueError(f"unknown fields: {', '.join(unknown)}")
        long = sorted(name for name, text in row.items() if text is not None and len(text) > limits[name])
        if long or not all(row[name] for name in KEY_COLUMNS):
            raise ValueError(f"too long: {', '.join(long)}" if long else "badgeId and button are needed")
        names = [*KEY_COLUMNS, *COLUMNS]
        statement = f"INSERT OR REPLACE INTO codemaker ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608  (names of the columns above)
        with self._lock:
            self._database.execute(statement, [row.get(name) for name in names])

    def cards(self) -> list[SavedCard]:
        """Return all cards, ordered by their key."""
        return [_card(row) for row in self._rows("ORDER BY badgeId, buttonLabel, buttonFunction", ())]

    def find(self, badge_id: str, label: str, function: str) -> SavedCard | None:
        """Return one card; the key is compared with its case, as the table does."""
        rows = self._rows("WHERE badgeId = ? AND buttonLabel = ? AND buttonFunction = ?", (badge_id, label, function))
        return _card(rows[0]) if rows else None

    def _rows(self, clause: str, values: tuple[str, ...]) -> list[tuple[str | None, ...]]:
        names = ", ".join([*KEY_COLUMNS, *COLUMNS])
        with self._lock:
            return self._database.execute(f"SELECT {names} FROM codemaker {clause}", values).fetchall()  # noqa: S608

    async def _get(self, request: web.Request) -> web.Response:
        names = ("X-CODECARD-ID", "X-CODECARD-BUTTON-LABEL", "X-CODECARD-BUTTON-FUNCTION")
        card = self.find(*(request.headers.get(name, "") for name in names))
        return web.Response(
            text=unescaped_json(UNKNOWN_CARD if card is None else card.fields), content_type="application/json"
        )

    async def _post(self, request: web.Request) -> web.Response:
        try:
            body = json.loads(await request.read())
            fields = {name: None if value in (None, "") else str(value) for name, value in body.items()}
            self.save(
                fields.pop("badgeId", None) or "",
                fields.pop("buttonLabel", None) or "",
                fields.pop("buttonFunction", None) or "",
                **fields,
            )
        except (ValueError, AttributeError, TypeError):
            # Any error is a 200 with this text, and nothing is saved.
            return web.Response(text=unescaped_json(UNKNOWN_CARD), content_type="application/json")
        return web.Response(text='{"status":"saved"}', content_type="application/json")

    async def _identicon(self, request: web.Request) -> web.Response:
        return web.Response(body=identicon_png(request.match_info["name"]), content_type="image/png")


def unescaped_json(fields: Mapping[str, str]) -> str:
    """Write an object as the backend does: title, subtitle and bodytext as they are, so that a quote breaks it."""
    pairs = [
        f'"{name}":"{value}"' if name in _UNESCAPED else f'"{name}":{json.dumps(value)}'
        for name, value in fields.items()
    ]
    return "{" + ",".join(pairs) + "}"


def _card(row: tuple[str | None, ...]) -> SavedCard:
    badge_id, label, function = (str(value) for value in row[: len(KEY_COLUMNS)])
    values = zip(COLUMNS, row[len(KEY_COLUMNS) :], strict=True)
    return SavedCard((badge_id, label, function), {name: value for name, value in values if value is not None})
