"""What a form of the cards' page does: one entry saved or removed, a table shown and then written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.codecard_avatar.badges_page import card_form
from functions.codecard_avatar.badges_page.card_desk import IMPORT, PURPOSES, REMOVE, Shown, Told, desk_view
from functions.codecard_avatar.badges_page.card_import import difference, people_of
from functions.codecard_avatar.card.card_entry import EntryFaults
from functions.codecard_avatar.card.partly_saved import PartlySaved
from functions.codecard_avatar.card.people_csv import TableFaults
from functions.codecard_avatar.card.registry_edits import Edit, EditRefused, mark_of
from functions.codecard_avatar.model.card_id import card_key_of
from shared.errors import BadRequest
from shared.pages.page_tokens import TOKEN_FIELD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from functions.codecard_avatar.badges_page.card_desk import Desk
    from functions.codecard_avatar.badges_page.card_form import CardForm
    from functions.codecard_avatar.card.registry_edits import Edited
    from shared.pages.web_page import View

CHANGE, TABLE, REPLACE, MARK = "change", "table", "replace", "mark"
MAX_TOLD = 20
NOTHING_CHANGED = "Nothing was changed."


def posted_view(desk: Desk, posted: Mapping[str, str], summary: dict[str, object]) -> View:
    """Do what a form asks for and return the view that says so.

    Who did what to which card is in ``summary``, the call's line in the log, and never what the card says of anybody.
    Raises NotFromThisPage and PageTooOld, then nothing is done, BadRequest, OciServiceError.
    """
    change = posted.get(CHANGE, "")
    if change not in PURPOSES:
        raise BadRequest(f"{change[:40]!r} is no change", fix=f"one of {', '.join(PURPOSES)}", field=CHANGE)
    desk.tokens.check(posted.get(TOKEN_FIELD, ""), change)
    summary.update(change=change, by=desk.tokens.subject)
    if change == REMOVE:
        return desk_view(desk, _removed(desk, posted, summary), {})
    return desk_view(desk, (_imported if change == IMPORT else _saved)(desk, posted, summary), {})


def _saved(desk: Desk, posted: Mapping[str, str], summary: dict[str, object]) -> Shown:
    form = card_form.form_of(posted)
    try:
        edit = card_form.changed_entry(form, _present(desk, form.key)) if form.key else card_form.new_entry(form)
    except EntryFaults as fault:
        return Shown(Told("The form has mistakes.", is_fault=True), _with_faults(form, fault.by_field))
    done = _edited(desk, [edit], summary)
    if isinstance(done, Told):
        # What somebody has written meanwhile is looked at before it is replaced: the list below has it, and its link.
        return Shown(Told(done.text, done.lines, is_fault=True, key=edit.key), form)
    told = "was registered so already" if done.same else "is registered" if done.added else "is changed"
    return Shown(Told(f"{edit.key} {told}.", ("Press the button of the card: it asks anew each time.",), key=edit.key))


def _removed(desk: Desk, posted: Mapping[str, str], summary: dict[str, object]) -> Shown:
    key = _key(posted.get(card_form.KEY, ""))
    done = _edited(desk, [Edit("remove", key, seen=posted.get(card_form.SEEN) or mark_of(None))], summary)
    return Shown(done if isinstance(done, Told) else Told(f"{key} is removed."))


def _imported(desk: Desk, posted: Mapping[str, str], summary: dict[str, object]) -> Shown:
    """Show what a table changes, or write it where that was shown and is still the same."""
    table, replaces, mark = posted.get(TABLE, ""), REPLACE in posted, posted.get(MARK, "")
    try:
        people = people_of(table)
    except TableFaults as fault:
        told = Told("The table has mistakes.", (*fault.faults[:MAX_TOLD], NOTHING_CHANGED), is_fault=True)
        return Shown(told, table=table, replaces=replaces)
    found = difference(people, desk.store.values([each.key for each in people]))
    if not found.changes:
        return Shown(Told(f"All {found.same} cards are registered so already."))
    if mark != found.mark or (found.replaced and not replaces):
        return Shown(_why_again(mark, found.mark), table=table, replaces=replaces, difference=found)
    done = _edited(desk, found.edits, summary)
    if isinstance(done, Told):
        return Shown(done, table=table, replaces=replaces)
    return Shown(Told(f"{done.added} registered, {done.replaced} changed, {found.same} as before."))


def _why_again(seen: str, mark: str) -> Told | None:
    if not seen:
        return None
    if seen != mark:
        return Told("The registry or the table has changed since: look at the difference again.", is_fault=True)
    return Told("Some cards are registered with other fields: say that they may be replaced.", is_fault=True)


def _edited(desk: Desk, edits: Sequence[Edit], summary: dict[str, object]) -> Edited | Told:
    """Make the edits, and say in the log which; where they cannot be made, say why not."""
    summary.update(cards=[edit.key for edit in edits[:MAX_TOLD]], card_count=len(edits))
    try:
        done = desk.store.edit(edits)
    except EditRefused as refused:
        summary.update(outcome="refused")
        lines = [fault.replace(" (--replace)", "") for fault in refused.faults[:MAX_TOLD]]
        return Told(NOTHING_CHANGED, tuple(lines), is_fault=True)
    except PartlySaved as stopped:
        summary.update(outcome="partly saved", error=str(stopped)[:500])
        return Told(stopped.message, (f"{stopped.progress}: send it again for the rest.",), is_fault=True)
    summary.update(outcome="cards changed" if done.changes else "no change")
    summary.update(added=done.added, replaced=done.replaced, removed=done.removed)
    return done


def _present(desk: Desk, key: str) -> object:
    key = _key(key)
    return desk.store.values([key]).get(key)


def _key(text: str) -> str:
    try:
        return card_key_of(text)
    except ValueError as fault:
        raise BadRequest(f"key {fault}", field=card_form.KEY) from None


def _with_faults(form: CardForm, faults: Mapping[str, str]) -> CardForm:
    return card_form.CardForm(form.card, form.button, form.key, form.seen, form.fields, faults)
