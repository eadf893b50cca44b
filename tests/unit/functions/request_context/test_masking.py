"""What request-context shows, and what it tells as type and length only."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.request_context.masking import (
    CONFIG_KEYS,
    MAX_SHOWN_CHARACTERS,
    shown_config,
    shown_from_caller,
    shown_headers,
    shown_json,
    shown_query,
    shown_url,
    told,
)
from functions.request_context.secret_shapes import looks_secret, name_may_be_secret

WORD = "s3cr3tvalue"
TOLD = "(text, 11 characters)"
SHAPES = [
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln",
    *(
        "Bearer abcdef",
        "Basic dXNlcjpwYXNz",
        'Signature algorithm="rsa-sha256"',
        'Digest username="joan", response="1"',
    ),
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261128/x/s3/aws4_request, Signature=fe5f",
    *(
        "https://joan:hunter2@example.com/x",
        "redis://:pw@h",
        "redis://:pw/@h",
        "redis://joan:p/w@h",
        "https://joan@example.com",
        "scott/tiger@db.example.com/x",
    ),
    "https://objectstorage.eu-frankfurt-1.oraclecloud.com/p/abcdefghijklmnopqrst/n/ns/b/badges/o/",
    *("AKIAIOSFODNN7EXAMPLE", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "glpat-abc123", "xoxb-1-a", "sk-live1"),
    *(
        "Server=db;Uid=joan;Pwd=hunter2",
        "password: hunter2",
        "dXNlcjpwYXNz",
        "dXNlcjpwYXNzCg==",
        "dXNlcjphYgo=",
        "/x/dXNlcjpwYXNz",
    ),
    *("k7Fq29ZbTx04LmWs", "5f4dcc3b5aa765d61d8327deb882cf99", "0b9e3f1c-98f5-4e0e-9c5e-6f0a1c2d3e4f"),
    *("qwhzmxkvbtrnplsdgfjcyqaowe", "%41KIAIOSFODNN7EXAMPLE", "redis%3A%2F%2F%3Apw%40h", "Pwd%253Dhunter2"),
    "%2525252525252541",
]
HARMLESS_VALUES = [
    *("plain", "7", "Good morning", "ocid1.nodepool.oc1.eu-frankfurt-1.aaaaaaaa5f4dcc3b5aa765d61d8327deb882cf99"),
    *("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "text/html,*/*;q=0.8", "me/1"),
    *("lua-resty-http/0.14 (Lua) ngx_lua/10015", "Thu, 26 Nov 2026 03:04:05 GMT", "for=192.0.2.7", "2001:db8::1"),
    *("gykx4hzr2mvtq5ldn7wbcs3jpe.apigateway.eu-frankfurt-1.oci.customer-oci.com", "unix:/tmp/iofs/lsnr.sock"),
    *("/usr/local/bin:/usr/bin", "100% wool", "größe", ""),
]
SECRET_NAMES = [
    *(
        "db_pass",
        "PASSWORD",
        "wallet_password",
        "secret_id",
        "client-secret",
        "token",
        "X-Auth-Token",
        "api_key",
        "db_pw",
    ),
    *("ssh_key", "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM", "OCI_RESOURCE_PRINCIPAL_RPST", "pem", "passphrase", "userPw"),
    *("authorization", "Authorization", "cookie", "set-cookie", "x-api-key", "proxy-authorization", "code", "sig"),
    *("x-amz-security-token", "x-csrf-token", "x-forwarded-access-token", "x-auth", "oauth", "session-id", "otp"),
    *("%70assword", "%2570assword", "p%61ss", "p4ssw0rd", "pass.word", "p_a_s_s_w_o_r_d", "telecompassword"),
    *("\u0440assword", "\uff50assword", "pass\u200bword", "", "%", "connect_string", "dbpass", "monkeypass"),
]
HARMLESS_NAMES = [
    *("monkey", "compass", "x-device-id", "author", "via", "name", "a", "flag", "page", "design", "signal"),
    *("keyboard", "passive", "zipcode", "unicode", "x-codecard-id", "m%6fnkey"),
]


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_what_the_caller_sent_under_a_secrets_name_is_told(name: str) -> None:
    assert name_may_be_secret(name)
    assert shown_from_caller(name, WORD) == TOLD
    assert shown_query([(name, WORD), (name, WORD)]) == {name: [TOLD, TOLD]}
    assert shown_headers({name: [WORD, WORD]}, [name]) == {name: [TOLD, TOLD]}
    assert shown_json({name: {"a": [WORD, 77]}}) == {name: {"a": [TOLD, "(number, 2 characters)"]}}


@pytest.mark.parametrize("naming", ["name", "Key", "id", "field", "header", "parameter", "variable", "label"])
@pytest.mark.parametrize("field", ["value", "Values", "val", "content", "data", "text", "default"])
def test_a_value_goes_by_the_name_that_stands_beside_it(naming: str, field: str) -> None:
    for name in ("password", "p4ssw0rd", "db_pw"):
        shown = shown_json([{"a": 1, naming: name, field: ["hunter2", {"b": 7}]}])
        assert shown[0][field] == [told("hunter2"), {"b": told("7")}]  # type: ignore[index]
    assert shown_json({naming: "colour", field: "blue", "a": 1})[field] == "blue"  # type: ignore[index]
    assert shown_json({naming: "password", "other": "blue"})["other"] == "blue"  # type: ignore[index]


@pytest.mark.parametrize("name", HARMLESS_NAMES)
def test_what_the_caller_sent_under_another_name_is_shown(name: str) -> None:
    assert shown_from_caller(name, "plain") == "plain"
    assert shown_json({name: ["plain", 7, None, True]}) == {name: ["plain", 7, None, True]}


@pytest.mark.parametrize("value", SHAPES)
def test_a_value_that_looks_like_a_secret_is_told_under_any_name(value: str) -> None:
    assert looks_secret(value)
    assert shown_config({"greeting": value}) == {"greeting": told(value)}
    assert shown_headers({"user-agent": value}, []) == {"user-agent": told(value)}
    assert shown_json({"a": value}) == {"a": told(value)}


@pytest.mark.parametrize("value", HARMLESS_VALUES)
def test_an_ordinary_value_is_no_secret(value: str) -> None:
    assert not looks_secret(value)


@pytest.mark.parametrize("name", ["monkey", "connect_string", "apex_url", "OSS_BUCKET", "Greeting", "db_pw"])
def test_a_config_key_that_is_not_on_the_list_is_told(name: str) -> None:
    assert shown_config({name: WORD, "greeting": "Hi"}) == {name: TOLD, "greeting": "Hi"}


def test_a_header_is_shown_when_it_is_on_the_list_or_the_callers() -> None:
    headers = {"accept": "*/*", "x-mine": "plain", "x-of-the-proxy": "plain"}
    assert shown_headers(headers, ["X-Mine"]) == {**headers, "x-of-the-proxy": "(text, 5 characters)"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fn-call-id", "01EF2D84E6E6E44A61BC000051"),
        ("opc-request-id", "/5F4DCC3B5AA765D61D8327DEB882CF99/5F4DCC3B5AA765D61D8327DEB882CF99"),
        ("x-content-sha256", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
    ],
)
def test_an_id_of_the_platform_is_shown_in_its_own_form_alone(name: str, value: str) -> None:
    assert shown_headers({name: value}, []) == {name: value}
    assert shown_headers({name: value + "x"}, []) == {name: told(value + "x")}
    assert shown_headers({"user-agent": value}, []) == {"user-agent": told(value)}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", "(empty, 0 characters)"),
        ("7", "(number, 1 character)"),
        ("-1.5", "(number, 4 characters)"),
        ("True", "(true or false, 4 characters)"),
        ("ocid1.x.oc1..y", "(OCID, 14 characters)"),
        ("https://h/\n", "(URL, 11 characters)"),
        ("two words", "(text, 9 characters)"),
    ],
)
def test_type_and_length_are_what_is_told(value: str, expected: str) -> None:
    assert told(value) == expected


def test_a_urls_secret_parameters_are_told_and_the_rest_stays_as_it_came() -> None:
    url = "/a/b?x=1&%70assword=s3cr3tvalue&y=%20z;code=s3cr3tvalue#access_token=s3cr3tvalue"
    assert shown_url(url) == f"/a/b?x=1&%70assword={TOLD}&y=%20z;code={TOLD}#access_token={TOLD}"
    assert shown_from_caller("referer", "https://h/a?api_key=s3cr3tvalue") == f"https://h/a?api_key={TOLD}"
    for whole in ("https://u:p@h/a?x=1", "/a;jsessionid=s3cr3tvalue?x=1", "/p/abcdefghijklmnopqrst/n/ns"):
        assert shown_url(whole) == told(whole)
    assert shown_url("/a?ghp_16C7e42F292c6912") == "/a?(text, 20 characters)"


def test_a_long_value_is_told() -> None:
    text = "word " * (MAX_SHOWN_CHARACTERS // 5)
    assert shown_from_caller("a", text) == text
    assert shown_from_caller("a", text + "x") == told(text + "x")
    # Told before anything looks for a secret in it, which takes the square of the length.
    for huge in ("a" * 5_000_000, "https://" + "a" * 5_000_000):
        assert shown_from_caller("a", huge) == told(huge)


@given(st.text(), st.sampled_from(["password", "secret", "token", "key", "pem", "pwd"]), st.text(), st.text())
def test_whatever_stands_around_the_word_the_value_is_told(before: str, word: str, after: str, value: str) -> None:
    name = f"{before}_{word.upper()}_{after}"
    assert shown_from_caller(name, value) == told(value)


@given(st.sampled_from(["password", "db_pw", "code", "sig", "api-key"]), st.sets(st.integers(0, 7)), st.integers(1, 3))
def test_no_percent_encoding_of_a_name_uncovers_its_value(name: str, places: set[int], layers: int) -> None:
    for _ in range(layers):
        name = "".join(f"%{ord(each):02x}" if at in places else each for at, each in enumerate(name))
    assert shown_query([(name, WORD)])[name] == [TOLD]
    assert WORD not in shown_url(f"/a?{name}={WORD}")


@given(st.text(st.characters(codec="ascii", exclude_characters=":"), min_size=4), st.text(min_size=4))
def test_base64_of_user_and_password_is_told(user: str, password: str) -> None:
    both = f"{user}:{password}"
    if both.strip().isprintable():
        value = base64.b64encode(both.encode()).decode()
        assert shown_from_caller("a", value) == told(value)


@given(
    st.text(st.characters(categories=["L", "N"]), min_size=1).filter(lambda name: name not in CONFIG_KEYS), st.text()
)
def test_no_key_off_the_list_is_shown_whatever_its_value(name: str, value: str) -> None:
    (only,) = shown_config({name: value}).values()
    assert only == told(value)
