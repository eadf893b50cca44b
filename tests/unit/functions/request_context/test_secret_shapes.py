"""Names and values that can be a secret's: what nobody can read counts as one."""

from __future__ import annotations

from urllib.parse import quote

from functions.request_context.secret_shapes import looks_secret, name_may_be_secret


def encoded(text: str, layers: int) -> str:
    for _ in range(layers):
        text = quote(text, safe="")
    return text


def test_a_name_or_value_behind_more_layers_than_are_looked_through_may_be_secret() -> None:
    assert name_may_be_secret(encoded("a=b", 40))
    assert looks_secret(encoded("a b", 40))


def test_a_harmless_name_is_none() -> None:
    assert not name_may_be_secret("monkey")
    assert not name_may_be_secret("compass")
