"""Which layout a press shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from functions.codecard_avatar.model.button_layout import layout_of, parse_button_layouts, parse_layout

if TYPE_CHECKING:
    from functions.codecard_avatar.model.badge_content import Layout

ALL = {"title": "Joan Citizen", "role": "Pilot", "qr": "https://example.com", "photo": "joan.jpg"}


def chosen(button: str, fields: dict[str, str], *, own: bool = False, **layouts: Layout) -> Layout:
    """What a button shows; `layouts` are the config's, such as a2="qr"."""
    by_button = {f"{name[0]}/{name[1]}": layout for name, layout in layouts.items()}
    return layout_of(button, fields, is_buttons_own=own, layout="name-first", button_layouts=by_button)[0]


@pytest.mark.parametrize(
    ("button", "layout"), [("a/1", "name-first"), ("a/2", "qr"), ("b/1", "details"), ("b/2", "photo")]
)
def test_each_button_has_a_page_of_its_own_where_the_card_has_something_for_it(button: str, layout: str) -> None:
    assert chosen(button, ALL) == layout


@pytest.mark.parametrize("button", ["a/1", "a/2", "b/1", "b/2"])
def test_without_something_for_its_page_a_button_shows_the_configs_layout(button: str) -> None:
    assert chosen(button, {"title": "Joan Citizen", "qr": " ", "company": " "}) == "name-first"


def test_the_backends_columns_count_too() -> None:
    assert chosen("b/1", {"subtitle": "Level 7"}) == "details"
    assert chosen("a/2", {"barcode": "12345"}) == "qr"


def test_the_config_decides_over_what_is_usual() -> None:
    assert chosen("a/2", ALL, a2="classic") == "classic"
    assert chosen("a/1", ALL, a1="details") == "details"


def test_an_entry_of_the_button_decides_over_the_config() -> None:
    assert chosen("b/1", {"layout": "QR "}, own=True, b1="classic") == "qr"
    assert chosen("a/1", {"layout": "photo"}, own=True, a1="classic") == "photo"


def test_a_cards_layout_for_all_stands_in_for_the_configs_and_leaves_the_other_pages() -> None:
    fields = {**ALL, "layout": "classic"}
    assert [chosen(button, fields) for button in ("a/2", "b/1", "b/2")] == ["qr", "details", "photo"]
    assert chosen("a/2", {"layout": "classic"}) == "classic"


def test_a_layout_that_there_is_not_is_named_and_costs_no_badge() -> None:
    layout, note = layout_of("a/1", {"layout": "nmae-first"}, is_buttons_own=True, layout="classic", button_layouts={})
    assert layout == "classic"
    assert "'nmae-first'" in note
    assert "name-first" in note


def test_layouts_by_button_are_read_in_any_case_and_order() -> None:
    assert parse_button_layouts(" B/1 = Details, a/2=qr,") == {"b/1": "details", "a/2": "qr"}
    assert parse_layout("Name-First") == "name-first"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("qr", "such as a/2=qr"),
        ("c/1=qr", "a/1, a/2, b/1, b/2"),
        ("a2=qr", "'a2=qr'"),
        ("a/2=qr,a/2=photo", "a/2 twice"),
        ("a/2=barcode", "layout of a/2 must be one of classic"),
        ("a/2=", "layout of a/2"),
    ],
)
def test_what_is_no_layout_of_a_button_is_named(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_button_layouts(text)
