"""The ORDS backend (`apex_url`) as it is published: a card can be asked for and saved, one at a time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from functions.codecard_avatar.card.backend_fields import is_unknown_card, parse_fields
from functions.codecard_avatar.card.backend_registry import MAX_ANSWER_BYTES
from functions.codecard_avatar.card.button import Button
from functions.codecard_avatar.card.card_entry import fields_of
from functions.codecard_avatar.card.partly_saved import PartlySaved
from functions.codecard_avatar.card.registry_edits import Edited, EditRefused
from functions.codecard_avatar.model.card_fields import MAX_FIELD_CHARACTERS
from shared.errors import BadRequest
from shared.http.client import HttpClient, HttpError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.codecard_avatar.card.registry_edits import Edit
    from shared.deadline import Deadline

COLUMN_OF = {"company": "subtitle", "detail": "bodytext", "qr": "barcode"}
"""Fields of a card that the backend has under another name; what is in neither list it cannot save."""

CANNOT = (
    "the backend answers for one card at a time and saves one: it neither lists nor removes"
    " (its table CODEMAKER does, in APEX or with SQL)"
)

_TEXT_TEMPLATE = "template1"
"""Of a card that asks the backend itself; the function answers with template8 whatever it says."""


class CardBackend:
    """One backend, asked within a deadline a request."""

    def __init__(self, url: str, deadline: Deadline) -> None:
        self._url = url
        self._deadline = deadline
        self._http = HttpClient("oci-functions", repeats=False)

    def edit(self, edits: Sequence[Edit], *, dry_run: bool = False) -> Edited:
        """Save the cards one after the other, when all of them can be. Raises EditRefused, BadRequest, PartlySaved."""
        rows = {edit.key: _row(edit) for edit in edits}
        faults = [
            f"{edit.where}: {row}" if edit.where else row for edit in edits if isinstance(row := rows[edit.key], str)
        ]
        saved = {} if faults else {edit.key: self._saved(edit.key) for edit in edits}
        same = {key for key, fields in saved.items() if _is_same(rows[key], fields)}
        for edit in edits:
            if saved.get(edit.key) and edit.key not in same and edit.wish != "put":
                where = f"{edit.where}: " if edit.where else ""
                told = "has an owner already" if edit.wish == "claim" else "is saved with other fields: --replace"
                faults.append(f"{where}{edit.key} {told}")
        if faults:
            raise EditRefused(faults)
        wanted = [edit.key for edit in edits if edit.key not in same]
        for number, key in enumerate(wanted if not dry_run else ()):
            try:
                self._save(key, rows[key])
            except BadRequest as fault:
                raise PartlySaved(fault, number, len(wanted), "cards") from None
        replaced = sum(bool(saved[key]) for key in wanted)
        return Edited((), added=len(wanted) - replaced, replaced=replaced, same=len(same))

    def _saved(self, key: str) -> dict[str, str]:
        """Return what the backend has for a key, nothing for an unknown card."""
        answer = self._send("GET", headers={**_button(key).headers(), "accept": "application/json"})
        try:
            fields = parse_fields(answer)
        except ValueError as fault:
            raise BadRequest(f"the backend sent no card: {fault}", fix="check --apex-url") from None
        return {} if is_unknown_card(fields) else fields

    def _save(self, key: str, row: object) -> None:
        button = _button(key)
        names = {"badgeId": button.card_id, "buttonLabel": button.label, "buttonFunction": button.function}
        body = json.dumps({**names, **(row if isinstance(row, dict) else {})}).encode()
        answer = self._send("POST", body=body, headers={"content-type": "application/json"})
        if '"uh oh!"' in answer.lower():  # the backend's word for every error, with status 200
            raise BadRequest(f"the backend did not save {key}", fix="look at the backend")

    def _send(self, method: str, *, headers: dict[str, str], body: bytes | None = None) -> str:
        try:
            answer = self._http.send(
                method, self._url, self._deadline, limit_bytes=MAX_ANSWER_BYTES, headers=headers, body=body
            )
        except HttpError as error:
            raise BadRequest(f"the backend: {error}", fix="check --apex-url") from None
        if answer.status != 200:
            raise BadRequest(f"the backend answered {answer.status}", fix="check --apex-url")
        return answer.body.decode("utf-8", "replace")


def _button(key: str) -> Button:
    card, _, button = key.partition("/")
    label, _, function = (button or "a/1").partition("/")
    return Button(card, label, function)


def _row(edit: Edit) -> dict[str, str] | str:
    """Return the columns of a card, or why the backend cannot save it."""
    if edit.wish == "remove":
        return CANNOT
    fields = fields_of(edit.value) or {}
    row = {COLUMN_OF.get(name, name): text for name, text in fields.items()}
    if unknown := sorted(set(row) - set(MAX_FIELD_CHARACTERS)):
        return f"{edit.key}: the backend has no column for {', '.join(unknown)}"
    limits = MAX_FIELD_CHARACTERS
    if long := [f"{name} ({limits[name]} characters)" for name, text in row.items() if len(text) > limits[name]]:
        return f"{edit.key}: longer than the backend's column: {', '.join(long)}"
    return {"template": _TEXT_TEMPLATE, **row}


def _is_same(row: object, saved: dict[str, str]) -> bool:
    wanted = row if isinstance(row, dict) else {}
    return bool(saved) and all(saved.get(name) == text for name, text in wanted.items() if name != "template")
