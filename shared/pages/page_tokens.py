"""Tokens against forgery, for a function that keeps nothing between two calls.

Who may call is the gateway's to say. Behind a bearer token nobody else's page can call at all; behind the gateway's
own login there is a cookie, which a browser sends whoever's page the form is on. Then the form must have something
that only a page of this function, made for the very same user, can know: an HMAC over what the token is good for, the
user and the moment, with a key that all containers have from the config and that is in no page. A page of another
origin can make a browser send a form, and cannot read the page that has the token.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.errors import NotFromThisPage, PageTooOld

if TYPE_CHECKING:
    from shared.settings import Secret

TOKEN_FIELD = "token"  # noqa: S105  (a form field's name)
MAX_AGE_SECONDS = 3600
MAX_AHEAD_SECONDS = 60
"""How far another container's clock may be before this one's."""

_TOKEN = re.compile(r"([0-9]{1,12})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class PageTokens:
    """Makes and checks the tokens of one user's pages at one moment."""

    key: Secret
    subject: str
    now_epoch_seconds: int

    def make(self, purpose: str) -> str:
        """Return a token for one kind of change."""
        return f"{self.now_epoch_seconds}.{self._mark(purpose, self.now_epoch_seconds)}"

    def check(self, token: str, purpose: str) -> None:
        """Raise NotFromThisPage for a token that was not made for this purpose and user, PageTooOld for an old one."""
        found = _TOKEN.fullmatch(token)
        if found is None:
            raise NotFromThisPage("The form has no token of the page", field=TOKEN_FIELD)
        made = int(found[1])
        if not hmac.compare_digest(found[2], self._mark(purpose, made)):
            raise NotFromThisPage("The form's token is not one for this user and this change", field=TOKEN_FIELD)
        # Looked at after the mark: a moment that nobody vouches for says nothing.
        if made > self.now_epoch_seconds + MAX_AHEAD_SECONDS:
            raise NotFromThisPage("The form's token is of a moment to come", field=TOKEN_FIELD)
        if self.now_epoch_seconds - made > MAX_AGE_SECONDS:
            raise PageTooOld("The page is older than an hour", field=TOKEN_FIELD)

    def _mark(self, purpose: str, made: int) -> str:
        # As JSON, so that no subject can be read as the end of a purpose.
        text = json.dumps([purpose, self.subject, made]).encode()
        mac = hmac.new(self.key.reveal().encode(), text, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
