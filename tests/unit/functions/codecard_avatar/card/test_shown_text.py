"""No word is cut on the panel, and what to do is what stays when there is no room for all of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.codecard_avatar.card import card_json
from functions.codecard_avatar.card.registry import UNKNOWN_CARD_FIELDS
from functions.codecard_avatar.card.shown_text import ELLIPSIS_DOTS, message_with_fix, shorten
from functions.codecard_avatar.card.unknown_card import unknown_card_fields
from functions.codecard_avatar.errors import CardFailure
from shared.errors import FunctionError, tree

LIMITS = sorted({limit for limits in card_json.MAX_SHOWN_CHARACTERS.values() for limit in limits})
WORDS = st.lists(st.text("abcdefgh'()-:,;.", min_size=1, max_size=12), min_size=1, max_size=40).map(" ".join)
CARD = "CC50E3CCBFFF"


def uncut(shown: str, *texts: str) -> bool:
    """Whether every word of a shown text is a whole word of those that it was made of."""
    bare = str.maketrans("", "", ",;:.(")
    whole = {word.translate(bare).lower() for text in texts for word in text.split()}
    return all(word.translate(bare).lower() in whole for word in shown.removesuffix(ELLIPSIS_DOTS).split())


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("one two", 7, "one two"),
        ("one two three", 10, "one two..."),
        ("one two three", 9, "one..."),
        ("one, two three", 9, "one..."),
        ("one two", 3, "one"),
        ("one two", 2, "on"),
        ("x" * 30, 20, "x" * 20),
        ("one", 0, ""),
        ("", 5, ""),
    ],
)
def test_a_text_is_cut_between_words_and_dots_say_so(text: str, limit: int, shown: str) -> None:
    assert shorten(text, limit) == shown


@given(WORDS, st.sampled_from(LIMITS))
def test_whatever_the_text_it_fits_and_no_word_is_cut(text: str, limit: int) -> None:
    shown = shorten(text, limit)
    assert len(shown) <= limit
    assert not limit or len(text.split(maxsplit=1)[0]) > limit or uncut(shown, text)


@given(WORDS, WORDS, st.sampled_from(LIMITS))
def test_the_fix_is_kept_where_it_fits(message: str, fix: str, limit: int) -> None:
    shown = message_with_fix(message, fix, limit)
    assert len(shown) <= limit
    wanted = fix.strip().rstrip(".").lower()
    if len(wanted) <= limit:
        assert shown.lower().endswith(wanted)


@pytest.mark.parametrize("failure", tree(CardFailure))
@pytest.mark.parametrize("template", card_json.MAX_SHOWN_CHARACTERS)
def test_every_failure_fits_every_template_without_a_cut_word(failure: type[CardFailure], template: str) -> None:
    texts = {"title": failure.title, "subtitle": failure.subtitle, "bodytext": f"{failure.meaning} {failure.remedy}"}
    shown = card_json.readable_fields({"template": template, **texts})
    for name, limit in zip(texts, card_json.MAX_SHOWN_CHARACTERS[template], strict=True):
        text = card_json.card_text(texts[name])
        assert len(shown.get(name, "")) <= limit
        assert uncut(shown.get(name, ""), text)


@pytest.mark.parametrize("failure", tree(FunctionError))
def test_the_screen_of_every_error_has_whole_words_and_the_fix(failure: type[FunctionError]) -> None:
    error = failure.__new__(failure)
    FunctionError.__init__(error, f"{failure.meaning} {failure.meaning}", fix=failure.remedy)
    shown = card_json.failure_fields(error)
    assert uncut(shown["bodytext"], card_json.card_text(f"{error.message} {error.fix}"))
    assert len(shown["bodytext"]) <= 170
    fix = card_json.card_text(failure.remedy).rstrip(".")
    assert fix[1:100] in shown["bodytext"], "of a fix that is longer than the panel its beginning"
    assert shown["bodytext"].endswith(fix[1:]) or len(fix) > 170
    assert len(shown["subtitle"]) <= 20
    assert uncut(shown["subtitle"], getattr(failure, "subtitle", failure.reason))


def test_the_screen_of_an_unknown_card_has_its_id_and_its_claim_code() -> None:
    shown = card_json.readable_fields(unknown_card_fields(UNKNOWN_CARD_FIELDS, CARD))
    assert (shown["title"], shown["subtitle"], shown["icon"]) == ("Uh oh!", f"Card {CARD}", "fail")
    assert shown["bodytext"].endswith("code SH8E-7K5Z-ZYDK")
    assert list(shown) == ["template", "title", "subtitle", "bodytext", "icon"], "K has room for all"


def test_a_backends_screen_stays_as_it_is_but_for_the_id() -> None:
    published = {
        "template": "template1",
        "title": "Uh oh!",
        "subtitle": "Button A short press",
        "bodytext": "You have not configured your Code Card",
        "icon": "fail",
    }
    shown = card_json.readable_fields(unknown_card_fields(published, CARD))
    assert shown == {**published, "bodytext": f"You have not configured your Code Card. Card {CARD}"}


@pytest.mark.parametrize("body", ["x" * 160, f"Card {CARD} is not known"])
def test_a_backends_text_without_room_or_with_the_id_is_as_it_came(body: str) -> None:
    fields = {"template": "template1", "title": "Uh oh!", "bodytext": body}
    assert unknown_card_fields(fields, CARD) == fields


def test_a_template_without_a_text_gets_no_id() -> None:
    fields = {"template": "template11", "title": "Uh oh!"}
    assert unknown_card_fields(fields, CARD) == fields
