"""The answer of request-context, made from the FDK's own context object."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from fdk.context import InvokeContext

from functions.request_context.func import handler


def answer(body: bytes = b"", headers: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    given = {"method": None, **fields}
    ctx = InvokeContext("app-id", "app", "fn-id", "fn", "call-1", config={"a": "b"}, headers=headers or {}, **given)
    response = handler(ctx, io.BytesIO(body))
    value: dict[str, Any] = json.loads(response.body_bytes())
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
    assert value["ctx.Config"] == {"a": "b"}
    assert value["ctx.Deadline"] == "2026-11-25T03:04:05Z"
    assert (value["Message"], value["ctx.Method"], value["ctx.RequestURL"]) == ("Hello World", None, None)


def test_a_url_shows_its_parameters_but_no_secret_one() -> None:
    headers = {"fn-intent": "httprequest", "fn-http-h-x-device-id": "7"}
    value = answer(b'{"name": "Joan"}', headers, request_url="/x?a=1&token=t0ps3cret&a=2", method="GET")
    assert value["ctx.RequestURL"] == "/x?a=1&token=***&a=2"
    assert value["request"]["query"] == {"a": ["1", "2"], "token": ["***"]}
    assert value["request"]["x-device-id"] == "7"
    assert value["Message"] == "Hello Joan"


@pytest.mark.parametrize("body", [b"[1]", b"7", b'{"name": null}', b'{"name": ["x"]}', b"{"])
def test_a_body_of_another_shape_is_refused(body: bytes) -> None:
    assert answer(body)["error"]["reason"] == "bad-request"


def test_without_an_image_version_and_commit_are_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUITE_VERSION", raising=False)
    monkeypatch.delenv("SUITE_COMMIT", raising=False)
    assert (answer()["version"], answer()["commit"]) == ("unknown", "unknown")
