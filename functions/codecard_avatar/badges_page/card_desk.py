"""The registered cards at an event's desk: who may have them, and what the page shows of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from functions.codecard_avatar.badges_page.card_form import FIELDS, MAIN_FIELDS, CardForm, form_of_entry
from functions.codecard_avatar.badges_page.card_list import list_cards, row_of
from functions.codecard_avatar.errors import NotAKeeper
from functions.codecard_avatar.model.badge_content import LAYOUTS
from functions.codecard_avatar.model.button_layout import BUTTONS
from functions.codecard_avatar.model.card_id import card_key_of
from shared.errors import BadRequest
from shared.pages.web_page import View

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.codecard_avatar.badges_page.card_import import Difference
    from functions.codecard_avatar.card.registry_store import RegistryStore
    from functions.codecard_avatar.settings import Settings
    from shared.http_request import HttpRequest
    from shared.pages.page_tokens import PageTokens

SUBJECT_HEADER = "X-PAGE-SUBJECT"
"""Who asks, as the gateway says it of the token (deploy/api-gateway.json); it drops the header on the card's routes."""

EVERYBODY = "*"
SAVE, REMOVE, IMPORT = "save", "remove", "import"
PURPOSES = (SAVE, REMOVE, IMPORT)
ASKED = ("find", "after", "edit", "remove", *FIELDS)
"""What an address may ask for: a list, one entry, or a new one with these fields filled in."""

MAX_TYPED_CHARACTERS = 1000


@dataclass(frozen=True, slots=True)
class Desk:
    """One keeper's call: the registry and what it is called, the tokens of this page, and the page's own path."""

    store: RegistryStore
    tokens: PageTokens
    registry: str
    base: str


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of what was just asked for: a line, details below it, whether something is wrong, the entry."""

    text: str
    lines: tuple[str, ...] = ()
    is_fault: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a view has beside the list: an answer, the form, an entry to remove, a table and what it would change."""

    told: Told | None = None
    form: CardForm = field(default_factory=CardForm)
    removed: CardForm | None = None
    table: str = ""
    replaces: bool = False
    difference: Difference | None = None


def keeper_of(settings: Settings, request: HttpRequest) -> str:
    """Return who asks, where that is a keeper of the cards. Raises NotAKeeper."""
    subject = (request.header(SUBJECT_HEADER) or "").strip()
    if not settings.card_keepers:
        raise NotAKeeper("The page keeps no cards", fix="set card_keepers, or use: badge cards", field="card_keepers")
    if not subject:
        fix = "deploy deploy/api-gateway.json, whose routes set it from the token"
        raise NotAKeeper("The gateway does not say who asks", fix=fix, field=SUBJECT_HEADER)
    keepers = {each.casefold() for each in settings.card_keepers}
    if EVERYBODY not in keepers and subject.casefold() not in keepers:
        raise NotAKeeper(
            f"{subject[:100]} keeps no cards here", fix="add the user to card_keepers", field="card_keepers"
        )
    return subject


def asked_view(desk: Desk, asked: Mapping[str, str]) -> View:
    """Return what an address asks for. Raises BadRequest, OciServiceError."""
    for name, text in asked.items():
        if name not in ASKED or len(text) > MAX_TYPED_CHARACTERS:
            raise BadRequest(
                f"{name[:40]!r} is nothing to ask for, or too long", fix=f"one of {', '.join(ASKED)}", field=name[:40]
            )
    if key := asked.get("edit"):
        return desk_view(desk, Shown(form=_entry(desk, key, "edit")), asked)
    if key := asked.get("remove"):
        return desk_view(desk, Shown(removed=_entry(desk, key, "remove")), asked)
    return desk_view(desk, Shown(form=CardForm(fields={name: asked[name] for name in FIELDS if name in asked})), asked)


def desk_view(desk: Desk, shown: Shown, asked: Mapping[str, str]) -> View:
    """Return the page of the cards. Raises BadRequest, OciServiceError."""
    listed = list_cards(desk.store, asked.get("find", "").strip(), asked.get("after", ""))
    values: dict[str, Any] = {
        "told": shown.told,
        "form": shown.form,
        "is_unfolded": bool(shown.form.faults or shown.form.button or _has_more(shown.form)),
        "removed": shown.removed,
        "removed_row": row_of(shown.removed.key, dict(shown.removed.fields)) if shown.removed else None,
        "table": shown.table,
        "replaces": shown.replaces,
        "difference": shown.difference,
        "listed": listed,
        "labels": FIELDS,
        "main_fields": MAIN_FIELDS,
        "layouts": LAYOUTS,
        "buttons": BUTTONS,
        "tokens": {purpose: desk.tokens.make(purpose) for purpose in PURPOSES},
        "who": desk.tokens.subject,
        "registry": desk.registry,
        "base": desk.base,
    }
    return View("Registered cards", values, [], tuple(asked.items()))


def _has_more(form: CardForm) -> bool:
    return any(form.fields.get(name) for name in FIELDS if name not in MAIN_FIELDS)


def _entry(desk: Desk, key: str, field_name: str) -> CardForm:
    try:
        key = card_key_of(key)
    except ValueError as fault:
        raise BadRequest(f"{field_name} {fault}", field=field_name) from None
    found = desk.store.values([key])
    if key not in found:
        raise BadRequest(f"{key} is not in the registry", fix="look at the list again", field=field_name)
    return form_of_entry(key, found[key])
