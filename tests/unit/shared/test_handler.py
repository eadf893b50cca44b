"""The handler around a function, driven by the FDK's own context object."""

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fdk.context import InvokeContext

from shared.errors import BadRequest
from shared.handler import Answer, Call, fdk_handler
from shared.results import HttpAnswer, json_answer, success, warning


@dataclass(frozen=True)
class Settings:
    word: str
    """The word."""


def run(serve: Any, config: dict[str, str], body: bytes = b"", **options: Any) -> tuple[int, dict[str, str], bytes]:
    ctx = InvokeContext("app", "a", "fn", "f", "call-1", config=config, headers={})
    response = fdk_handler("example", Settings, serve, **options)(ctx, io.BytesIO(body))
    return response.status(), ctx.GetResponseHeaders(), response.body_bytes()


@pytest.fixture
def fdk_stderr() -> Iterator[io.StringIO]:
    """What the FDK's kind of handler, a stream handler of the root logger, writes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def echo(call: Call[Settings]) -> Answer:
    return success(word=call.settings.word, body_value=call.json_body())


def test_a_json_value_is_answered_as_json_encoded_once() -> None:
    status, headers, body = run(echo, {"word": "hé"}, b'{"a": 1}')
    assert status == 200
    assert headers["content-type"] == "application/json"
    assert json.loads(body) == {"success": {"word": "hé", "body-value": {"a": 1}}}


def test_missing_settings_are_an_answer() -> None:
    _, _, body = run(echo, {})
    assert json.loads(body)["error"]["reason"] == "missing-input-data"
    assert json.loads(body)["error"]["faults"] == {"word": "is not set"}


def test_a_body_that_is_no_json_is_an_answer() -> None:
    _, _, body = run(echo, {"word": "x"}, b"{")
    assert json.loads(body)["error"]["reason"] == "bad-request"


def test_an_expected_failure_may_be_answered_in_another_shape() -> None:
    def refuse(call: Call[Settings]) -> Answer:
        raise BadRequest("no")

    _, _, body = run(refuse, {"word": "x"}, on_error=lambda error, request: json_answer({"title": error.reason}))
    assert json.loads(body) == {"title": "bad-request"}


def test_a_bug_is_not_caught() -> None:
    def bug(call: Call[Settings]) -> Answer:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(bug, {"word": "x"})


def test_status_and_headers_of_an_answer_pass() -> None:
    status, headers, body = run(lambda call: HttpAnswer(503, {"X-A": "b"}, b"z"), {"word": "x"})
    assert (status, headers["x-a"], body) == (503, "b", b"z")


def test_one_summary_line_a_call_with_its_id(fdk_stderr: io.StringIO) -> None:
    def noted(call: Call[Settings]) -> Answer:
        call.summary["nodes"] = 3
        return warning(reason="x")

    run(noted, {"word": "secret-word"})
    lines = [json.loads(line) for line in fdk_stderr.getvalue().splitlines() if line.startswith("{")]
    summaries = [line for line in lines if line.get("function") == "example"]
    assert len(summaries) == 1
    assert (summaries[0]["nodes"], summaries[0]["call_id"], summaries[0]["outcome"]) == (3, "call-1", "ok")
    assert "secret-word" not in json.dumps(lines)
