"""The card's backend (ORDS/APEX, `apex_url`): one GET with the card's own headers, and the limits of its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.codecard_avatar.card import backend_fields
from functions.codecard_avatar.card.registry import Entry
from functions.codecard_avatar.errors import BackendDown, BackendLate, BackendUnreadable
from shared.http.client import HttpError

if TYPE_CHECKING:
    from functions.codecard_avatar.card.button import Button
    from shared.deadline import Deadline
    from shared.http.client import HttpClient

MAX_ANSWER_BYTES = 64 * 1024
"""Of the backend's answer; all columns of a card together have about 1 KB."""


class BackendRegistry:
    """Asks the backend. It is waited for as long as the card is (time_budget.py); no other limit of time applies."""

    def __init__(self, url: str, http: HttpClient) -> None:
        self._url = url
        self._http = http

    def find(self, button: Button, deadline: Deadline) -> Entry:
        """Return the backend's entry of a button. Raises BackendLate, BackendDown or BackendUnreadable."""
        try:
            headers = {**button.headers(), "accept": "application/json"}
            answer = self._http.send("GET", self._url, deadline, limit_bytes=MAX_ANSWER_BYTES, headers=headers)
        except HttpError as error:
            raise (BackendLate if error.late else BackendDown)(str(error), field="apex_url") from None
        if answer.status != 200:
            cause = "redirects, which is not followed" if 300 <= answer.status < 400 else f"answered {answer.status}"
            raise BackendDown(f"The card backend {cause}", fix="check apex_url", field="apex_url")
        try:
            fields = backend_fields.parse_fields(answer.body.decode("utf-8", "replace"))
        except ValueError as fault:
            raise BackendUnreadable(f"The backend sent no card: {fault}", field="apex_url") from None
        return Entry(fields, known=not backend_fields.is_unknown_card(fields))
