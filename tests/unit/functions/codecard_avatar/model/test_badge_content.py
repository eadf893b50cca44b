"""What a badge shows, from a card's fields."""

from functions.codecard_avatar.model.badge_content import BadgeContent, content_of
from functions.codecard_avatar.model.badge_name import from_title


def test_fields_of_the_registry_come_before_columns_of_the_backend() -> None:
    fields = {"title": "Joan Citizen", "company": "Acme", "subtitle": "Level 7", "bodytext": "Speaker", "barcode": "x"}
    content = content_of(fields, "name-first", event="DevDay")
    assert content is not None
    assert (content.company, content.detail, content.qr, content.event) == ("Acme", "Speaker", "x", "DevDay")


def test_a_card_of_the_backend_shows_its_subtitle() -> None:
    content = content_of({"title": "Joan Citizen", "subtitle": "Level  7\n", "event": "JavaOne"}, "classic", event="x")
    name = from_title("Joan Citizen")
    assert name is not None
    assert content == BadgeContent(name, "classic", company="Level 7", event="JavaOne")


def test_without_a_name_there_is_no_badge() -> None:
    assert content_of({"subtitle": "Acme"}, "classic") is None


def test_a_vcard_keeps_its_line_ends() -> None:
    content = content_of({"title": "Joan", "qr": "BEGIN:VCARD\nFN:Joan\nEND:VCARD\n"}, "qr")
    assert content is not None
    assert content.qr == "BEGIN:VCARD\nFN:Joan\nEND:VCARD"
