"""The answer of request-context, made from the FDK's own context object."""

from __future__ import annotations

import base64
import io
import json
from typing import Any
from urllib.parse import quote, unquote

import pytest
from fdk.context import InvokeContext
from hypothesis import given
from hypothesis import strategies as st

from functions.request_context.func import handler


def text_of(body: bytes, config: dict[str, str], headers: dict[str, Any], **fields: Any) -> str:
    given = {"method": None, **fields}
    ctx = InvokeContext("app-id", "app", "fn-id", "fn", "call-1", config=config, headers=headers, **given)
    whole: bytes = handler(ctx, io.BytesIO(body)).body_bytes()
    return whole.decode()


def answer(body: bytes = b"", headers: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(text_of(body, {"a": "b", "cluster_id": "c"}, headers or {}, **fields))
    return value


def test_every_value_of_the_context_is_there() -> None:
    value = answer(deadline="2026-11-25T03:04:05Z")
    assert {name: value[name] for name in ("ctx.AppID", "ctx.AppName", "ctx.FnID", "ctx.FnName", "ctx.CallID")} == {
        "ctx.AppID": "app-id",
        "ctx.AppName": "app",
        "ctx.FnID": "fn-id",
        "ctx.FnName": "fn",
        "ctx.CallID": "call-1",
    }
    assert value["ctx.Config"] == {"a": "(text, 1 character)", "cluster_id": "c"}
    assert value["ctx.Deadline"] == "2026-11-25T03:04:05Z"
    assert (value["Message"], value["ctx.Method"], value["ctx.RequestURL"]) == ("Hello World", None, None)


def test_a_url_shows_its_parameters_but_no_secret_one() -> None:
    headers = {"fn-intent": "httprequest", "fn-http-h-x-device-id": "7"}
    url = "/x?a=1&%74oken=t0ps3cret&a=2&monkey=m"
    value = answer(b'{"name": "Joan"}', headers, request_url=url, method="GET")
    told = "(text, 9 characters)"
    assert value["ctx.RequestURL"] == f"/x?a=1&%74oken={told}&a=2&monkey=m"
    assert value["request"]["query"] == {"a": ["1", "2"], "token": [told], "monkey": ["m"]}
    assert value["request"]["x-device-id"] == "7"
    assert value["Message"] == "Hello Joan"


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "content_type", "kind", "value"),
    [
        (b"", None, "empty", None),
        (b"-", "application/json", "empty", None),
        (b'{"name": "Joan", "pin": "1234"}', None, "json", {"name": "Joan", "pin": "(number, 4 characters)"}),
        (b"{}", "application/merge-patch+json; charset=utf-8", "json", {}),
        (b"a=1&a=2&code=xyz", FORM, "form", {"a": ["1", "2"], "code": ["(text, 3 characters)"]}),
        (b"--x\r\n", "multipart/form-data; boundary=x", "multipart", None),
        ("größe".encode(), "text/plain", "text", "größe"),
        (b"password: hunter2", "text/plain", "text", "(text, 17 characters)"),
        (b"7", None, "text", "7"),
        (b"{x}", "text/csv", "text", "{x}"),
        (b"\xff\xfe", "application/octet-stream", "binary", None),
        (b"BM\x00\x01", "image/bmp", "binary", None),
    ],
)
def test_a_body_is_told_as_what_it_is(body: bytes, content_type: str | None, kind: str, value: object) -> None:
    seen = answer(body, {"content-type": content_type} if content_type else {})
    assert seen["request"]["body"] == {"kind": kind, "bytes": len(body), "value": value}
    assert seen["request"]["content_type"] == content_type


@pytest.mark.parametrize("body", [b"[1]", b'"x"', b'{"name": null}', b'{"name": ["x"]}', b"{", b'{"name": "Jo'])
def test_a_body_that_is_meant_as_json_and_cannot_be_used_is_refused(body: bytes) -> None:
    assert answer(body)["error"]["reason"] == "bad-request"
    assert answer(body, {"content-type": "application/json"})["error"]["reason"] == "bad-request"


def test_a_json_type_is_taken_at_its_word() -> None:
    assert answer(b"plain", {"content-type": "application/json"})["error"]["reason"] == "bad-request"


def test_a_long_or_deep_body_is_told_and_the_call_is_answered() -> None:
    long = json.dumps({"name": "Joan", "a": ["b"] * 100_000}).encode()
    value = answer(long)
    assert (value["Message"], value["request"]["body"]) == (
        "Hello Joan",
        {"kind": "json", "bytes": len(long), "value": None},
    )
    deep = b'{"a": ' + b"[" * 600 + b"]" * 600 + b"}"
    seen = answer(deep)["request"]["body"]["value"]
    assert json.dumps(seen).count("[") == 19
    assert "(nested deeper)" in json.dumps(seen)


def test_path_parameters_and_the_clients_address_are_shown() -> None:
    headers = {"fn-intent": "httprequest", "fn-http-h-x-real-ip": "192.0.2.7", "fn-http-h-content-length": "0"}
    url = "/v1/request-context/a/b%20c/ghp_16C7e42F292c6912"
    value = answer(b"", headers, request_url=url, method="GET")["request"]
    assert value["path_parameters"] == ["a", "b c", "(text, 20 characters)"]
    assert (value["client_address"], value["content_length"]) == ("192.0.2.7", "0")
    assert answer(b"", {"x-real-ip": "192.0.2.7"})["request"]["client_address"] is None


SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, categories=["L", "N", "P", "S"]), min_size=6)
KEYS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True)


@given(KEYS.map("x_".__add__), SECRETS)
def test_no_secret_of_the_config_is_in_the_answer_in_any_encoding(key: str, secret: str) -> None:
    config = {key: secret, "greeting": f"redis://:{secret}@h", "cluster_id": f"ghp_a{secret}"}
    headers = {"fn-intent": "httprequest", "fn-http-h-host": "h"}
    text = text_of(b"{}", config, headers, request_url="/request-context?a=1", method="GET")
    without = text_of(b"{}", {}, headers, request_url="/request-context?a=1", method="GET") + key
    forms = {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], base64.b64encode(secret.encode()).decode()}
    for seen in (text, unquote(text), text.encode().decode("unicode_escape", "replace")):
        assert not [form for form in forms if form in seen and form not in without]


def test_without_an_image_version_and_commit_are_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUITE_VERSION", raising=False)
    monkeypatch.delenv("SUITE_COMMIT", raising=False)
    assert (answer()["version"], answer()["commit"]) == ("unknown", "unknown")


def test_a_body_of_null_greets_the_world_and_a_list_is_refused_by_name() -> None:
    as_json = {"content-type": "application/json"}
    assert answer(b"null", as_json)["Message"].endswith(" World")
    assert answer(b"[1]", as_json)["error"]["field"] == "body"
