"""Which part of the bucket's object a button gets."""

from __future__ import annotations

import json

import pytest

from functions.codecard_avatar.card.button import Button
from functions.codecard_avatar.card.object_registry import ObjectRegistry
from functions.codecard_avatar.card.registry import Entry
from functions.codecard_avatar.errors import RegistryLate, RegistryUnreadable
from functions.codecard_avatar.model.bucket_url import parse_bucket_url
from functions.codecard_avatar.storage.bucket_client import (
    BucketClient,
    FetchedObject,
    ObjectMissingError,
    PrincipalCache,
)
from shared.deadline import Deadline
from shared.http.client import HttpClient, HttpError

CARD = "CC50E3CCBFFF"
URL = "https://objectstorage.us-phoenix-1.oraclecloud.com/n/ns/b/codecard"


class OneObject(BucketClient):
    """A bucket with one object, or one that cannot be read."""

    def __init__(self, content: bytes | HttpError) -> None:
        super().__init__(parse_bucket_url(URL), HttpClient("test"), PrincipalCache())
        self._content = content

    def get_if_changed(self, name: str, deadline: Deadline, limit_bytes: int, etag: str) -> FetchedObject | None:
        if isinstance(self._content, HttpError):
            raise self._content
        return FetchedObject(self._content, "etag")


def find(content: object, button: Button) -> Entry:
    stored = content if isinstance(content, bytes | HttpError) else json.dumps(content).encode()
    return ObjectRegistry(OneObject(stored), "cards.json").find(button, Deadline.after(60))


@pytest.mark.parametrize("key", [CARD, CARD.lower(), "cc:50:e3:cc:bf:ff", "CC-50-E3-CC-BF-FF", "cc50.e3cc.bfff"])
def test_the_card_is_found_in_any_spelling(key: str) -> None:
    assert find({key: "Joan"}, Button(CARD)) == Entry({"title": "Joan"}, known=True)


def test_a_button_of_its_own_goes_before_the_card() -> None:
    document = {CARD: "Joan", f"{CARD}/B/2": "Joan at work"}
    assert find(document, Button(CARD, "b", "2")).fields["title"] == "Joan at work"
    assert find(document, Button(CARD, "b", "1")).fields["title"] == "Joan"


def test_a_card_that_is_not_there_is_unknown() -> None:
    assert not find({"000000000000": "Joe"}, Button(CARD)).known


def test_what_the_card_shows_for_a_short_press_of_a_stands_in_for_the_other_buttons() -> None:
    entry = find({f"{CARD}/a/1": "Joan"}, Button(CARD, "b", "2"))
    assert (entry.fields["title"], entry.is_buttons_own) == ("Joan", False)
    assert find({f"{CARD}/a/1": "Joan", CARD: "Jo"}, Button(CARD)).fields["title"] == "Joan"


def test_a_button_with_an_entry_of_its_own_has_it_though_its_card_is_there_twice() -> None:
    content = f'{{"{CARD}": "Joan", "{CARD.lower()}": "Joe", "{CARD}/b/2": "Joan at work"}}'.encode()
    assert find(content, Button(CARD, "b", "2")).fields["title"] == "Joan at work"


@pytest.mark.parametrize("written", [f'"{CARD}": "Joe"', '"cc:50:e3:cc:bf:ff": "Joe"'])
def test_a_card_that_is_there_twice_with_two_names_is_named_and_breaks_no_other(written: str) -> None:
    content = f'{{"{CARD}": "Joan", {written}, "AABBCCDDEEFF": "Ann"}}'.encode()
    with pytest.raises(RegistryUnreadable, match=f"{CARD} twice") as caught:
        find(content, Button(CARD))
    assert caught.value.fix == "keep one of them"
    assert find(content, Button("AABBCCDDEEFF")).fields["title"] == "Ann"


def test_a_card_that_is_there_twice_with_one_name_is_that_card() -> None:
    assert find({CARD: "Joan", CARD.lower(): "Joan"}, Button(CARD)).fields["title"] == "Joan"


@pytest.mark.parametrize("other", [{"not a card": "x"}, {"AABBCCDDEEFF": 7}, {"AABBCCDDEEFF/c/9": "x"}, {"": None}])
def test_what_is_wrong_with_another_card_breaks_none(other: dict[str, object]) -> None:
    assert find({**other, CARD: "Joan"}, Button(CARD)).fields["title"] == "Joan"


def test_a_folder_without_the_cards_part_knows_no_card_yet_and_one_object_must_be_there() -> None:
    missing = OneObject(ObjectMissingError("404 for cards.json: no such object"))
    assert not ObjectRegistry(missing, "cards/").find(Button(CARD), Deadline.after(60)).known
    with pytest.raises(RegistryUnreadable, match="no such object"):
        ObjectRegistry(missing, "cards.json").find(Button(CARD), Deadline.after(60))


def test_an_object_that_is_too_large_is_named_with_the_way_out() -> None:
    with pytest.raises(RegistryUnreadable, match="more than") as caught:
        find(HttpError("h sent more than 4194304 bytes", too_large=True), Button(CARD))
    assert "folder" in caught.value.fix


@pytest.mark.parametrize("content", [b"{", b"[]", b"[" * 100_000, HttpError("404 for cards.json")])
def test_what_cannot_be_read_is_said(content: bytes | HttpError) -> None:
    with pytest.raises(RegistryUnreadable, match="card_registry"):
        find(content, Button(CARD))


def test_a_late_object_has_a_reason_of_its_own() -> None:
    with pytest.raises(RegistryLate, match="card_registry"):
        find(HttpError("h did not answer in time", late=True), Button(CARD))


def test_a_field_that_is_no_text_fails_its_own_card_alone() -> None:
    document = {CARD: {"title": "Joan", "role": 7}, "AABBCCDDEEFF": {"title": "Joe", "role": "Pilot"}}
    assert find(document, Button("AABBCCDDEEFF")).fields == {"title": "Joe", "role": "Pilot"}
    with pytest.raises(RegistryUnreadable, match=f"{CARD} in card_registry: role"):
        find(document, Button(CARD))


def test_an_entry_of_the_button_is_told_from_that_of_its_card() -> None:
    document = {CARD: "Joan", f"{CARD}/b/2": "Joan at work"}
    buttons = [Button(CARD), Button(CARD, "b", "1"), Button(CARD, "b", "2")]
    assert [find(document, button).is_buttons_own for button in buttons] == [True, False, True]
