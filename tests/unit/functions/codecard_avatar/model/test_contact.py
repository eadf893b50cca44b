"""Contacts in QR codes: escaped, as long as the panel can show, and what is left out is said."""

from __future__ import annotations

import pytest
import segno.helpers
from hypothesis import given
from hypothesis import strategies as st

from functions.codecard_avatar.draw.qr_code import qr_picture
from functions.codecard_avatar.model.badge_content import CONTACT_FIELDS, content_of
from functions.codecard_avatar.model.badge_name import from_title
from functions.codecard_avatar.model.card_fields import CARD_FIELDS
from functions.codecard_avatar.model.contact import MAX_QR_BYTES, Contact, mecard, qr_text, vcard


def contact(title: str = "Joan Citizen", **texts: str) -> Contact:
    name = from_title(title)
    assert name is not None
    return Contact(name, **texts)


FULL = contact(
    role="Engineer",
    company="Example, Inc.",
    email="joan@example.org",
    phone="+44 20 5550100",
    url="https://example.org",
)


@pytest.mark.parametrize(
    "text", ["https://example.org/joan?a=1;b", "@joan", "Joan", "WIFI:S:hall;;", "BEGIN:VCARD\r\n"]
)
def test_a_text_stands_for_itself(text: str) -> None:
    assert qr_text(text, FULL).text == text


def test_a_handle_that_says_whose_it_is_becomes_its_address() -> None:
    assert qr_text("@joan@example.social", FULL).text == "https://example.social/@joan"
    assert qr_text("joan@example.social", FULL).text == "joan@example.social"


def test_a_vcard_is_what_a_known_encoder_makes_of_the_same_contact() -> None:
    want = segno.helpers.make_vcard_data(
        name="Citizen;Joan", displayname="Joan Citizen", email=FULL.email, phone=FULL.phone, org=FULL.company,
        title=FULL.role, url=FULL.url,
    )  # fmt: skip
    got = qr_text("vCard", FULL)
    assert sorted(got.text.split("\r\n")) == sorted(want.split("\r\n"))
    assert got.text.startswith("BEGIN:VCARD\r\nVERSION:3.0\r\nN:Citizen;Joan\r\n")
    assert got.text.endswith("\r\nEND:VCARD\r\n")
    assert got.note == ""


def test_a_mecard_has_its_own_escapes() -> None:
    got = qr_text("MECARD", FULL)
    assert got.text == (
        "MECARD:N:Citizen,Joan;ORG:Example\\, Inc.;NOTE:Engineer;EMAIL:joan@example.org;TEL:+44 20 5550100;"
        "URL:https\\://example.org;;"
    )
    assert mecard(contact("Madonna")) == "MECARD:N:Madonna;;"


def test_titles_and_suffixes_have_their_places_in_a_vcard() -> None:
    lines = vcard(contact("Dr. Joan van der Berg, PhD")).split("\r\n")
    assert "N:van der Berg;Joan;;Dr.;PhD" in lines
    assert "FN:Dr. Joan van der Berg PhD" in lines


def split_unescaped(text: str, sign: str) -> list[str]:
    """The parts of a value between signs that no backslash precedes, without their escapes."""
    parts, at = [""], 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
            parts[-1] += "\n" if text[at] == "n" else text[at]
        elif text[at] == sign:
            parts.append("")
        else:
            parts[-1] += text[at]
        at += 1
    return parts


@given(st.text(alphabet="ab\\;,:\nn é王", min_size=1, max_size=12), st.text(alphabet="ab\\;,:n", max_size=9))
def test_no_text_ends_its_value_or_begins_another(company: str, role: str) -> None:
    some = contact(company=company, role=role)
    lines = vcard(some).split("\r\n")
    assert [split_unescaped(line[4:], ";") for line in lines if line.startswith("ORG:")] == [[company]]
    assert len(lines) == 7 + bool(role)
    parts = split_unescaped(mecard(some).removeprefix("MECARD:"), ";")
    assert parts[1] == f"ORG:{company}"
    assert len(parts) == 4 + bool(role)


def test_a_control_character_of_a_field_begins_no_line_of_a_vcard() -> None:
    fields = {"title": "Joan Citizen", "qr": "vcard", "email": "j@example.org\r\nX-EVIL:1", "company": "A\nB"}
    content = content_of(fields, "qr")
    assert content is not None
    assert [line.partition(":")[0] for line in content.qr.split("\r\n")] == [
        *("BEGIN", "VERSION", "N", "FN", "ORG", "EMAIL", "END", ""),
    ]


@pytest.mark.parametrize(
    ("asked", "texts", "begins", "note"),
    [
        (
            "vcard",
            {"role": "R" * 60},
            "MECARD:N:Citizen,Joan;ORG:",
            "the vCard is too long: a MECARD is in the QR code",
        ),
        ("vcard", {"role": "R" * 99}, "MECARD:N:Citizen,Joan;ORG:Example\\, Inc.;EMAIL", "without role"),
        ("mecard", {"role": "R" * 99}, "MECARD:N:Citizen,Joan;ORG:Example\\, Inc.;EMAIL", "without role"),
        ("mecard", {"company": "C" * 190}, "MECARD:N:Citizen,Joan;EMAIL", "without role, company"),
        (
            "mecard",
            {"url": "https://example.org/" + "u" * 170},
            "MECARD:N:Citizen,Joan;EMAIL:joan@",
            "role, company, phone, url",
        ),
        ("mecard", {"email": "e" * 190}, "MECARD:N:Citizen,Joan;;", "role, company, phone, url, email"),
    ],
)
def test_what_is_too_long_is_left_out_and_said(asked: str, texts: dict[str, str], begins: str, note: str) -> None:
    fields = {name: getattr(FULL, name) for name in ("role", "company", *CONTACT_FIELDS)} | texts
    content = content_of({"title": "Joan Citizen", "qr": asked, **fields}, "qr")
    assert content is not None
    assert content.qr.startswith(begins)
    assert note in content.notes[0]
    assert qr_picture(content.qr, 176) is not None
    elsewhere = content_of({"title": "Joan Citizen", "qr": asked, **fields}, "name-first")
    assert elsewhere is not None
    assert elsewhere.notes == ()


def test_the_longest_text_that_is_built_is_the_longest_that_the_panel_shows() -> None:
    assert qr_picture("x" * MAX_QR_BYTES, 176) is not None
    assert qr_picture("x" * (MAX_QR_BYTES + 1), 176) is None


def test_the_fields_of_a_contact_are_read_from_a_card() -> None:
    assert set(CONTACT_FIELDS) <= set(CARD_FIELDS)
