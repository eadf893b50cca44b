"""The contract of a call's body: the main work, known flags, or a refusal that names the field and the fix."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.bodies import read_flags, read_json
from shared.errors import BadRequest
from tests.support.bodies import UNUSABLE_BODIES

KNOWN = ("dry_run", "preflight")
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*KNOWN, "dry-run", "x"]), inner),
    max_leaves=6,
)


def refusal(body: bytes, *known: str) -> dict[str, Any]:
    with pytest.raises(BadRequest) as caught:
        read_flags(body, known or KNOWN)
    return caught.value.body()


@pytest.mark.parametrize("body", [b"", b"-", b" -\n", b"{}", b"null", b" \r\n", b'{"dry_run": false}'])
def test_nothing_asks_for_the_main_work(body: bytes) -> None:
    assert read_flags(body, KNOWN) == {"dry_run": False, "preflight": False}


def test_a_known_flag_is_understood_alone_and_with_others() -> None:
    assert read_flags(b'{"dry_run": true}', KNOWN) == {"dry_run": True, "preflight": False}
    assert read_flags(b'{"preflight": true, "dry_run": true}', KNOWN) == {"dry_run": True, "preflight": True}


@pytest.mark.parametrize("body", UNUSABLE_BODIES, ids=lambda body: repr(body[:24]))
def test_anything_else_is_refused_with_the_field_and_the_fix(body: bytes) -> None:
    refused = refusal(body)
    assert refused["reason"] == "bad-request"
    assert refused["field"]
    assert refused["fix"].startswith("send ")


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        (b'{"prefligth": true}', "prefligth", "did you mean preflight?"),
        (b'{"Dry-Run": true}', "Dry-Run", "did you mean dry_run?"),
        (b'{"dryrun": true}', "dryrun", "did you mean dry_run?"),
        (b'{"preflight": "true"}', "preflight", "preflight must be true or false, is a text"),
        (b'{"preflight": 1}', "preflight", "preflight must be true or false, is a number"),
        (b'{"preflight": null}', "preflight", "preflight must be true or false, is null"),
        (b"[]", "body", "the body must be a JSON object, is a list"),
        (b'{"dry_run": true, "dry_run": false}', "body", "a field is there twice"),
        (b"[" * 100_000, "body", "it is nested too deep"),
        (b'{"nothing_alike": true}', "nothing_alike", "unknown field 'nothing_alike'"),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_the_refusal_names_what_is_wrong_and_the_nearest_known_flag(body: bytes, field: str, words: str) -> None:
    refused = refusal(body)
    assert refused["field"] == field
    assert words in refused["message"]
    assert ("did you mean" in words) == ("did you mean" in refused["message"])


def test_a_function_without_flags_says_that_it_takes_no_body() -> None:
    with pytest.raises(BadRequest) as caught:
        read_flags(b'{"dry_run": true}', ())
    assert caught.value.fix == "send no body"


def test_a_refusal_shows_no_value_and_no_endless_name() -> None:
    refused = refusal(json.dumps({"dry_run": "hunter2"}).encode())
    assert "hunter2" not in str(refused)
    assert len(refusal(json.dumps({"x" * 10_000: True}).encode())["message"]) < 200


@given(st.binary() | JSON_VALUES.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_flags_or_a_bad_request(body: bytes) -> None:
    try:
        flags = read_flags(body, KNOWN)
    except BadRequest:
        return
    given = {} if body.strip() in {b"", b"-"} else read_json(body) or {}
    assert flags == {name: given.get(name, False) for name in KNOWN}
    assert set(given) <= set(KNOWN)
