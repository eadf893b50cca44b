"""The config that users have, and what is said about one that cannot be used."""

from __future__ import annotations

import json

import pytest

from functions.codecard_avatar.settings import Settings
from shared.errors import MissingInputData
from shared.settings import describe_settings, load_settings

REGIONAL = "https://objectstorage.us-phoenix-1.oraclecloud.com/n/ns/b/codecard"
APEX = "https://apex.example.com/ords/codecard/master/cc"


@pytest.mark.parametrize(
    "url",
    [
        "codecard",
        "ftp://h/n/ns/b/x",
        "https://user:pw@h/n/ns/b/x",
        "https://h/n/ns/b/",
        "https://h/b/x",
        "https://h/n/ns/b/x/o/name.bmp",
        "https://h/n/ns/b/x?y=1",
        "https://h:0/n/ns/b/x",
        "https://[::1/n/ns/b/x",
        "https://h\u00e9/n/ns/b/x",
        "http://objectstorage.us-phoenix-1.oraclecloud.com/n/ns/b/x",
        "http://169.254.169.254/n/ns/b/x",
    ],
)
def test_a_bucket_that_cannot_be_used_is_a_fault_of_its_key(url: str) -> None:
    with pytest.raises(MissingInputData) as caught:
        load_settings(Settings, {"apex_url": APEX, "oss_bucket": url})
    assert list(caught.value.faults) == ["oss_bucket"]


def test_all_faults_are_reported_at_once() -> None:
    wrong = {
        "apex_url": "apex",
        "oss_bucket": "x",
        "publish": "ftp",
        "public_url": "http://h",
        "card_names": "[]",
        "identicon_service": "https://u:p@h/",
        "oci_endpoint": "http://example.com",
    }
    with pytest.raises(MissingInputData) as caught:
        load_settings(Settings, wrong)
    assert caught.value.keys == sorted(wrong)


def test_nothing_set_says_what_is_needed() -> None:
    with pytest.raises(MissingInputData) as caught:
        load_settings(Settings, {})
    assert caught.value.keys == ["apex_url", "oss_bucket"]


def test_inline_needs_no_bucket_unless_something_is_read_from_one() -> None:
    assert load_settings(Settings, {"apex_url": APEX, "publish": "inline"}).oss_bucket is None
    with pytest.raises(MissingInputData, match="private_bucket") as caught:
        load_settings(Settings, {"publish": "inline", "card_registry": "cards.json", "image_bg_name": "bg.bmp"})
    assert caught.value.faults == {"private_bucket": "is not set: card_registry and image_bg_name need it"}


PRIVATE = "https://objectstorage.us-phoenix-1.oraclecloud.com/n/ns/b/codecard-private"


def test_the_private_bucket_is_another_than_the_pictures() -> None:
    config = {"card_registry": "cards.json", "oss_bucket": REGIONAL}
    assert load_settings(Settings, config | {"private_bucket": PRIVATE}).warning == ""
    dedicated = "https://ns.objectstorage.us-phoenix-1.oci.customer-oci.com/p/token/n/ns/b/codecard/o/"
    for same in (REGIONAL, dedicated):
        with pytest.raises(MissingInputData, match="private_bucket") as caught:
            load_settings(Settings, config | {"private_bucket": same})
        assert "is public" in caught.value.faults["private_bucket"]
    assert load_settings(Settings, config | {"private_bucket": REGIONAL, "publish": "inline"}).warning == ""


def test_the_single_bucket_of_before_goes_on_with_a_warning() -> None:
    config = {"oss_bucket": REGIONAL, "card_registry": "cards.json", "image_bg_name": "bg.bmp"}
    said = "card_registry and image_bg_name lie in oss_bucket, which everybody can read: set private_bucket"
    assert load_settings(Settings, config).warning == said
    assert load_settings(Settings, config | {"publish": "inline"}).warning == ""
    assert load_settings(Settings, {"oss_bucket": REGIONAL, "apex_url": APEX}).warning == ""


def test_what_users_have_configured_loads() -> None:
    loaded = load_settings(
        Settings,
        {
            "apex_url": APEX,
            "identicon_service": "https://identicon-1132.appspot.com",
            "oss_bucket": REGIONAL,
            "image_bg_name": "DevComm_BG.bmp",
            "some_other_key": "left alone",
        },
    )
    assert (loaded.publish, loaded.image_bg_name) == ("bucket", "DevComm_BG.bmp")


@pytest.mark.parametrize(
    "text",
    ["https://identicon-1132.appspot.com/", "identicon-1132.appspot.com", "http://Identicon-1132.AppSpot.com/x?y"],
)
def test_the_identicon_service_of_the_original_counts_as_not_set(text: str) -> None:
    config = {"apex_url": APEX, "publish": "inline", "identicon_service": text}
    assert load_settings(Settings, config).identicon_service == ""


def test_card_names_are_keyed_by_the_id_in_any_case() -> None:
    loaded = load_settings(Settings, {"publish": "inline", "card_names": '{"cc50e3ccbfff": "Joan Citizen"}'})
    assert loaded.card_names == {"CC50E3CCBFFF": "Joan Citizen"}


@pytest.mark.parametrize("text", ["{", "[]", '{"CC50E3CCBFFF": 1}', '{"CC50": "Joan"}', "[" * 100_000])
def test_card_names_of_another_shape_are_a_fault(text: str) -> None:
    with pytest.raises(MissingInputData) as caught:
        load_settings(Settings, {"publish": "inline", "card_names": text})
    assert caught.value.keys == ["card_names"], "no other key is blamed"


@pytest.mark.parametrize("key", ["cc:50:e3:cc:bf:ff", "CC-50-E3-CC-BF-FF", "cc50.e3cc.bfff"])
def test_a_mac_address_in_card_names_is_understood(key: str) -> None:
    config = {"publish": "inline", "card_names": json.dumps({key: "Joan Citizen"})}
    assert load_settings(Settings, config).card_names == {"CC50E3CCBFFF": "Joan Citizen"}


def test_a_key_that_is_no_card_is_named_with_the_reason() -> None:
    with pytest.raises(MissingInputData) as caught:
        load_settings(Settings, {"publish": "inline", "card_names": '{"CC:50:E3:CC:BF": "Joan Citizen"}'})
    example = "CC50E3CCBFFF or CC:50:E3:CC:BF:FF"
    fault = f"has a key 'CC:50:E3:CC:BF', and every key must be 12 hex digits, such as {example}: it has 10"
    assert caught.value.faults == {"card_names": fault}


@pytest.mark.parametrize("key", ["cc:50:e3:cc:bf:ff", "CC50E3CCBFFF"])
def test_a_card_that_stands_in_card_names_twice_is_named(key: str) -> None:
    names = f'{{"CC50E3CCBFFF": "Joan", "{key}": "Joe"}}'
    with pytest.raises(MissingInputData) as caught:
        load_settings(Settings, {"publish": "inline", "card_names": names})
    assert caught.value.faults == {"card_names": "has card CC50E3CCBFFF twice, with two names: keep one"}


def test_a_misspelt_way_to_publish_is_named_with_the_choices_and_the_nearest() -> None:
    with pytest.raises(MissingInputData) as caught:
        load_settings(Settings, {"card_names": '{"CC50E3CCBFFF": "J"}', "publish": "bukcet"})
    assert caught.value.faults == {"publish": "must be one of bucket, inline, is 'bukcet', did you mean bucket?"}


@pytest.mark.parametrize(
    "url",
    [
        "https://[::1/x",
        "https:///x",
        "https://h:x/",
        "ftp://h/",
        "https://h/#x",
        "https://h/a b",
        "https://h/\u00e9",
        "https://h/\x7f",
        "https://h/\x00",
    ],
)
def test_an_address_that_cannot_be_asked_is_a_fault(url: str) -> None:
    with pytest.raises(MissingInputData, match="apex_url"):
        load_settings(Settings, {"apex_url": url, "publish": "inline"})


def test_allowed_hosts_are_names_of_public_hosts() -> None:
    config = {"apex_url": APEX, "publish": "inline", "allowed_hosts": "GW.example.com, b.example.com:8443"}
    assert load_settings(Settings, config).allowed_hosts == ("gw.example.com", "b.example.com:8443")
    with pytest.raises(MissingInputData, match="allowed_hosts") as caught:
        load_settings(Settings, config | {"allowed_hosts": "gw.example.com,127.1"})
    assert "no addresses" in caught.value.faults["allowed_hosts"]


@pytest.mark.parametrize("url", ["https://gw.example.com", "https://gw.example.com:8443/", "http://localhost:8080"])
def test_a_public_url_is_scheme_and_host(url: str) -> None:
    loaded = load_settings(Settings, {"apex_url": APEX, "publish": "inline", "public_url": url})
    assert loaded.public_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["gw.example.com", "http://gw.example.com", "https://gw/x", "https://gw?x", "https://a b"]
)
def test_a_public_url_of_another_shape_is_a_fault(url: str) -> None:
    with pytest.raises(MissingInputData, match="public_url"):
        load_settings(Settings, {"apex_url": APEX, "publish": "inline", "public_url": url})


def test_every_key_is_documented() -> None:
    assert [row.name for row in describe_settings(Settings) if not row.doc] == []


@pytest.mark.parametrize(
    ("config", "layout"),
    [({}, "name-first"), ({"image_bg_name": "bg.png"}, "classic"), ({"layout": "QR", "image_bg_name": "bg.png"}, "qr")],
)
def test_a_background_of_ones_own_was_drawn_for_the_classic_layout(config: dict[str, str], layout: str) -> None:
    settings = load_settings(Settings, {"apex_url": APEX, "oss_bucket": REGIONAL, **config})
    assert settings.usual_layout == layout


@pytest.mark.parametrize(("key", "text"), [("layout", "name first"), ("button_layouts", "a2=qr")])
def test_a_layout_that_there_is_not_is_a_fault_of_its_key(key: str, text: str) -> None:
    with pytest.raises(MissingInputData) as caught:
        load_settings(Settings, {"apex_url": APEX, "oss_bucket": REGIONAL, key: text})
    assert "name-first" in caught.value.faults[key] or "a/2=qr" in caught.value.faults[key]
