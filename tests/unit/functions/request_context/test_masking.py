"""What request-context hides, and what it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.request_context.masking import MASK, is_secret, masked, masked_url

SECRET = "s3cr3tvalue"


@pytest.mark.parametrize(
    "name",
    [
        *("db_pass", "PASSWORD", "wallet_password", "secret_id", "client-secret", "token", "X-Auth-Token", "api_key"),
        *("ssh_key", "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM", "OCI_RESOURCE_PRINCIPAL_RPST", "pem", "passphrase"),
        *("authorization", "Authorization", "cookie", "set-cookie", "x-api-key", "proxy-authorization"),
        *("x-amz-security-token", "x-csrf-token", "x-forwarded-access-token", "x-auth", "oauth", "session-id"),
    ],
)
def test_a_name_that_looks_like_a_secret_hides_its_value(name: str) -> None:
    assert masked({name: SECRET}) == {name: MASK}
    assert masked({name: [SECRET, SECRET]}) == {name: [MASK, MASK]}


@pytest.mark.parametrize(
    "name", ["apex_url", "oss_bucket", "node_pool_id", "host", "user-agent", "x-device-id", "accept", "author", "via"]
)
def test_other_names_are_shown(name: str) -> None:
    assert masked({name: "plain"}) == {name: "plain"}


@pytest.mark.parametrize(
    "value",
    [
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln",
        "Bearer abcdef",
        "Basic dXNlcjpwYXNz",
        'Signature algorithm="rsa-sha256"',
        "https://joan:hunter2@example.com/x",
        "https://objectstorage.eu-frankfurt-1.oraclecloud.com/p/abcdefghijklmnopqrst/n/ns/b/badges/o/",
    ],
)
def test_a_value_that_is_a_secret_is_hidden_under_any_name(value: str) -> None:
    assert is_secret("harmless", value)
    assert masked({"harmless": value}) == {"harmless": MASK}


def test_a_urls_secret_parameters_are_hidden_and_the_rest_is_kept() -> None:
    assert masked_url(f"/a/b?x=1&token={SECRET}&y=2") == f"/a/b?x=1&token={MASK}&y=2"
    assert masked({"referer": f"https://h/a?api_key={SECRET}"}) == {"referer": f"https://h/a?api_key={MASK}"}


@given(st.text(), st.sampled_from(["password", "secret", "token", "key", "pem"]), st.text(), st.text())
def test_whatever_stands_around_the_word_the_value_is_hidden(before: str, word: str, after: str, value: str) -> None:
    assert masked({before + word.upper() + after: value}) == {before + word.upper() + after: MASK}
