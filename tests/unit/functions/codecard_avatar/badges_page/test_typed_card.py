"""What was typed on the badge page is read whole; what is wrong with it is told at its field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.codecard_avatar.badges_page.badge_panels import PRESSES, PanelPainter
from functions.codecard_avatar.badges_page.badge_views import rules_of
from functions.codecard_avatar.badges_page.typed_card import EXAMPLE, INPUTS, read_typed
from functions.codecard_avatar.settings import Settings
from shared.errors import BadRequest
from shared.settings import load_settings

NAMES = [each.name for each in INPUTS]
CONFIG = {"publish": "inline", "public_url": "https://cards.example", "card_names": '{"CC50E3CCBFFF": "Joan"}'}


def test_before_anything_is_typed_the_example_is_drawn_and_nothing_is_wrong() -> None:
    typed = read_typed([("title", " "), ("layout", "")])
    assert (typed.shown, dict(typed.faults), typed.query) == (EXAMPLE, {}, ())
    assert read_typed([("role", "CTO")]).shown == {"role": "CTO", "title": EXAMPLE["title"]}


@pytest.mark.parametrize(
    ("name", "text", "part"),
    [
        ("title", "x" * 5000, "has 5000 characters, of which 200 are kept"),
        ("title", "\u200b", "at least one letter"),
        ("role", "a\x07b", "control character"),
        ("company", "Caf\ufffd", "no UTF-8"),
        ("layout", "details ", ""),
        ("layout", "detials", "details"),
        ("photo", "../cards.json", "name of an object"),
        ("qr", "BEGIN\nEND", ""),
        ("detail", "<script>alert(1)</script>\u202eאבג", ""),
    ],
)
def test_what_is_wrong_with_a_text_is_told_at_its_field(name: str, text: str, part: str) -> None:
    typed = read_typed([("title", "Joan"), (name, text)] if name != "title" else [(name, text)])
    assert typed.fields[name] == text.strip()
    assert (name in typed.faults) == bool(part)
    assert part in typed.faults.get(name, "")


@pytest.mark.parametrize(
    ("pairs", "field"),
    [
        ([("colour", "red")], "colour"),
        ([("<script>" * 99, "")], "<script>" * 5),
        ([("button", "c/1")], "button"),
        ([("title", "a"), ("title", "b")], "title"),
    ],
)
def test_what_no_form_of_the_page_can_send_is_refused(pairs: list[tuple[str, str]], field: str) -> None:
    with pytest.raises(BadRequest) as caught:
        read_typed(pairs)
    assert caught.value.fields["field"] == field


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=60), max_size=4), st.sampled_from(sorted(PRESSES)))
def test_whatever_is_typed_there_is_a_panel(fields: dict[str, str], button: str) -> None:
    typed = read_typed([*fields.items(), ("button", button)])
    panel = PanelPainter(typed.shown, rules_of(load_settings(Settings, CONFIG))).button_panel(typed.button)
    assert (panel.picture.size, panel.picture.mode) == ((264, 176), "1")
    assert read_typed(typed.query) == typed


def test_what_nobody_has_typed_is_not_shown_again() -> None:
    with pytest.raises(BadRequest) as caught:
        read_typed([("title", "<" * 10_001)])
    assert caught.value.body()["field"] == "title"
    assert len(read_typed([("title", "<" * 10_000)]).faults["title"]) < 200
