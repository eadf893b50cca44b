"""The JSON answer, read by the rules of every firmware."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.card.firmware_json import FIRMWARES, read_answer
from functions.codecard_avatar import errors
from functions.codecard_avatar.card import card_json
from functions.codecard_avatar.draw.drawn_badge import missing_note
from functions.codecard_avatar.model.card_fields import MAX_FIELD_CHARACTERS
from shared.errors import MissingInputData, tree

URL = "https://axaxnpcrorw5.objectstorage.us-phoenix-1.oci.customer-oci.com/n/axaxnpcrorw5/b/codecard/o/badge-12.bmp"
FINGERPRINT = " ".join(["AB"] * 20)


def wire(fields: dict[str, str]) -> bytes:
    """The answer as a server with its own ideas of header order would send it."""
    answer = card_json.card_answer(fields)
    headers = {"Date": "Wed", "Content-Length": str(len(answer.body)), **answer.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode() + answer.body


def gateway_wire(fields: dict[str, str]) -> bytes:
    """The same behind a gateway that puts Content-Length between the content type and the function's own header."""
    answer = card_json.card_answer(fields)
    headers = dict(answer.headers)
    kind = headers.pop("Content-Type")
    lines = {"Content-Type": kind, "Content-Length": str(len(answer.body)), **headers, "Connection": "close"}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + answer.body


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë Müller-Lüdenscheidt", "Zoe Muller-Ludenscheidt"),
        ("Straße, Łódź, Æon, Þór", "Strasse, Lodz, AEon, Thor"),
        ('say "hi" {now} \\o/', "say 'hi' (now) /o/"),
        ("two\nlines\ttab\0", "two lines tab"),
        ("“quoted” – ‘text’…", "'quoted' - 'text'..."),  # noqa: RUF001  (the typographic signs are the point)
        ("李小龙", "???"),
        ("a\u0301", "a"),
        ("\ud800x", "x"),
    ],
)
def test_a_text_is_put_into_the_cards_characters(text: str, shown: str) -> None:
    assert card_json.card_text(text) == shown


@given(st.dictionaries(st.sampled_from(sorted(MAX_FIELD_CHARACTERS)), st.text(max_size=300)))
def test_whatever_a_backend_says_every_firmware_reads_it(fields: dict[str, str]) -> None:
    shown = card_json.badge_fields(fields, URL, FINGERPRINT)
    for firmware in FIRMWARES:
        for sent in (wire(shown), gateway_wire(shown)):
            got = read_answer(sent, firmware)
            assert got["template"] == "template8"
            assert got["backgroundImage"] == URL
            assert got["fingerprint"] == FINGERPRINT
    passed = card_json.readable_fields(fields)
    for firmware in FIRMWARES:
        assert read_answer(wire(passed), firmware) == passed


def test_the_backends_fields_are_kept_with_template8_white_and_the_picture() -> None:
    fields = {"template": "template1", "title": "Joan Citizen", "subtitle": "s", "icon": "oracle", "badge": "1"}
    shown = card_json.badge_fields({**fields, "fingerprint": "00", "backgroundImage": "x"}, URL, FINGERPRINT)
    assert shown == {
        "template": "template8",
        "backgroundColor": "white",
        "backgroundImage": URL,
        "fingerprint": FINGERPRINT,
        "title": "Joan Citizen",
        "subtitle": "s",
        "icon": "oracle",
        "badge": "1",
    }


@pytest.mark.parametrize(
    ("template", "shown"), [("template1", (16, 20, 170)), ("template7", (22, 105, 0)), ("", (16, 20, 170))]
)
def test_what_is_passed_through_is_cut_where_its_template_ends(template: str, shown: tuple[int, int, int]) -> None:
    texts = dict.fromkeys(("title", "subtitle", "bodytext"), "x" * 200)
    passed = card_json.readable_fields({"template": template, **texts, "icon": "fail"})
    assert tuple(len(passed.get(name, "")) for name in texts) == shown
    assert passed["icon"] == "fail"


def test_fields_that_no_card_knows_are_not_passed_through() -> None:
    assert card_json.readable_fields({"title": "x", "secret": "y"}) == {"title": "x"}


def test_without_https_there_is_no_fingerprint_not_even_the_backends() -> None:
    assert "fingerprint" not in card_json.badge_fields({"fingerprint": "AB"}, "http://h/x.bmp", "")


def test_fields_for_which_the_smallest_firmware_has_no_room_are_left_out() -> None:
    shown = card_json.badge_fields({"title": "Joan", "bodytext": "b" * 200, "badge": "7"}, URL, FINGERPRINT)
    assert "bodytext" not in shown
    assert (shown["title"], shown["badge"]) == ("Joan", "7")


@pytest.mark.parametrize("failure", tree(errors.CardFailure))
def test_every_failure_is_a_template_that_fits_the_panel(failure: type[errors.CardFailure]) -> None:
    fields = card_json.failure_fields(failure("Host x did not answer in time", fix="press again"))
    assert (fields["template"], fields["icon"], fields["reason"]) == ("template1", "fail", failure.reason)
    assert len(fields["title"]) <= 16
    assert len(fields["subtitle"]) <= 20
    assert fields["subtitle"] == failure.subtitle
    assert "did not answer in time. Press again" in fields["bodytext"]
    for firmware in FIRMWARES:
        assert read_answer(wire(fields), firmware)["title"] == "Uh oh!"


def test_every_failure_has_its_own_reason_meaning_and_remedy() -> None:
    failures = tree(errors.CardFailure)
    for texts in ({each.reason for each in failures}, {each.meaning for each in failures}):
        assert len(texts) == len(failures)
    assert all(each.remedy and each.meaning.endswith(".") for each in failures)


def test_a_failure_of_the_shared_library_is_shown_too() -> None:
    fields = card_json.failure_fields(MissingInputData({"oss_bucket": "is not set"}, "config keys missing: oss_bucket"))
    assert fields["subtitle"] == "missing-input-data"
    assert "oss_bucket" in fields["bodytext"]


def test_a_long_message_is_cut_where_the_panel_ends() -> None:
    assert len(card_json.failure_fields(errors.BackendDown("x" * 500))["bodytext"]) == 170


def test_a_text_that_no_firmware_can_read_is_a_bug() -> None:
    for text in ('"', "\\", "}"):
        with pytest.raises(ValueError, match="characters"):
            card_json.encode_document({"title": text})


def test_the_type_header_is_first_and_not_last() -> None:
    answer = card_json.card_answer({"title": "x"})
    assert list(answer.headers) == ["Content-Type", "Cache-Control", "X-Codecard-Type"]
    assert json.loads(answer.body) == {"title": "x"}


def test_notes_on_the_drawing_come_before_what_is_left_of_the_fields_and_are_cut_to_the_room() -> None:
    fields = card_json.badge_fields(
        {"title": "Joan", "bodytext": "b" * 150}, "https://h/" + "x" * 140, "F" * 59, ["Z\u00f6 missing", "cut"]
    )
    assert list(fields)[4:] == ["title", "detail"]
    assert fields["detail"] == "Zo missing; cut"
    tight = card_json.badge_fields({"title": "Joan"}, "https://h/" + "x" * 140, "F" * 59, ["n" * 500])
    assert set(tight["detail"]) == {"n"}
    assert len(card_json.encode_document(tight)) <= card_json.MAX_DOCUMENT_BYTES
    assert "detail" not in card_json.badge_fields({"title": "Joan", "detail": "x"}, "https://h/x", "", [])


def test_a_letter_that_no_font_has_is_told_in_the_cards_characters_too() -> None:
    notes = [missing_note("\u674e")]
    assert card_json.badge_fields({}, URL, "", notes)["detail"] == "no glyph for ? (U+674E)"
