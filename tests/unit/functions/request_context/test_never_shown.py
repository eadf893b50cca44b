"""Secrets by the names that OCI and Oracle give them: their values are nowhere in the answer, whoever sent them."""

from __future__ import annotations

import io

import pytest
from fdk.context import InvokeContext

from functions.request_context.func import handler

SECRET = "nobody-may-see-this"
NAMES = [
    "wallet",
    "db_wallet",
    "wallet_location",
    "WALLET_PASSWORD",
    "my-wallet-url",
    "credential",
    "credentials",
    "db_credential",
    "X-Credential-Id",
    "aws_credential_file",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("where", ["config", "header", "query", "header of a gateway's call"])
def test_what_a_wallet_or_a_credential_holds_is_never_shown(name: str, where: str) -> None:
    headers = {"fn-intent": "httprequest", "content-type": "text/plain"}
    if where.startswith("header"):
        headers[name if where == "header" else f"fn-http-h-{name}"] = SECRET
    url = f"/x?{name}={SECRET}&a=1" if where == "query" else "/x"
    config = {name: SECRET} if where == "config" else {}
    ctx = InvokeContext(
        "app-id", "app", "fn-id", "fn", "call-1", config=config, headers=headers, method="GET", request_url=url
    )
    body = handler(ctx, io.BytesIO(b"")).body_bytes()
    assert SECRET.encode() not in body
