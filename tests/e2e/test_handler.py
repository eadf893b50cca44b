"""The shared handler under the real fdk command: what a caller gets and what the log shows."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

from emulator.functions_app import ROOT
from tests.support.small_functions import cloud_with

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emulator.cloud import Cloud
    from emulator.functions_app import FunctionsApp

FUNCTION = """
import logging
from dataclasses import dataclass

from shared.errors import BadRequest
from shared.handler import fdk_handler
from shared.results import HttpAnswer, success
from shared.settings import Secret


@dataclass(frozen=True)
class Settings:
    db_pass: Secret
    '''A password.'''


def serve(call):
    what = call.json_body()
    logging.getLogger("urllib3.connectionpool").debug("GET /?token=%s", call.settings.db_pass.reveal())
    logging.getLogger("own").info("working with %s", call.settings)
    call.summary["left"] = round(call.deadline.remaining_seconds())
    if what == "bug":
        raise ZeroDivisionError("what must not be")
    if what == "missing":
        raise BadRequest("no such thing", fix="make it")
    if what == "teapot":
        return HttpAnswer(418, {"Content-Type": "text/plain", "X-Own": "1"}, b"short and stout")
    return success(seen=what)


handler = fdk_handler("worker", Settings, serve)
"""
SECRET = "hunter2hunter2"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[tuple[Cloud, FunctionsApp]]:
    with cloud_with(tmp_path_factory.mktemp("handler"), keys_folder, {"worker": FUNCTION}) as (cloud, functions):
        functions.host.root = ROOT  # where shared/ is
        functions.host.configure("worker", {"db_pass": SECRET})
        yield cloud, functions


def call(world: tuple[Cloud, FunctionsApp], what: object) -> tuple[requests.Response, list[dict[str, Any]]]:
    """The answer and the log lines of one call, each of which must be JSON."""
    cloud, functions = world
    before = len(functions.host.logs)
    answer = requests.post(f"{cloud.gateway}/invoke/worker", json=what, timeout=20)
    lines: list[dict[str, Any]] = []
    until = time.monotonic() + 10
    while time.monotonic() < until and not any(line["message"] == "call" for line in lines):
        lines = [json.loads(line.text) for line in list(functions.host.logs)[before:]]
        time.sleep(0.02)
    return answer, lines


def test_a_result_and_its_one_summary_line(world: tuple[Cloud, FunctionsApp]) -> None:
    answer, lines = call(world, "x")
    assert answer.json() == {"success": {"seen": "x"}}
    assert answer.headers["Content-Type"] == "application/json"
    (summary,) = [line for line in lines if line["message"] == "call"]
    assert (summary["function"], summary["outcome"], summary["level"]) == ("worker", "ok", "INFO")
    assert summary["call_id"] == answer.headers["Fn-Call-Id"]
    assert 15 <= summary["left"] <= 20
    assert {"time", "logger", "seconds"} <= summary.keys()


def test_sdk_debug_lines_and_secrets_are_not_in_the_log(world: tuple[Cloud, FunctionsApp]) -> None:
    _, lines = call(world, "x")
    assert [line["message"] for line in lines if line["logger"] == "own"] == ["working with Settings(db_pass=***)"]
    assert not [line for line in lines if line["logger"].startswith("urllib3")]
    assert SECRET not in json.dumps(lines)


def test_an_expected_failure_is_an_answer_with_status_200(world: tuple[Cloud, FunctionsApp]) -> None:
    answer, lines = call(world, "missing")
    assert answer.status_code == 200
    assert answer.json() == {"error": {"reason": "bad-request", "message": "no such thing", "fix": "make it"}}
    (summary,) = [line for line in lines if line["message"] == "call"]
    assert (summary["outcome"], summary["reason"]) == ("error", "bad-request")


def test_a_bug_is_a_502_with_its_traceback_in_the_log(world: tuple[Cloud, FunctionsApp]) -> None:
    answer, lines = call(world, "bug")
    assert (answer.status_code, answer.json()) == (502, {"message": "function failed"})
    (summary,) = [line for line in lines if line["message"] == "call"]
    assert (summary["outcome"], summary["error"]) == ("bug", "ZeroDivisionError")
    until = time.monotonic() + 10
    while time.monotonic() < until and "what must not be" not in _log(world):
        time.sleep(0.02)
    assert "line 23, in serve" in _log(world)


def _log(world: tuple[Cloud, FunctionsApp]) -> str:
    return "\n".join(line.text for line in world[1].host.logs)


def test_an_answer_of_its_own_keeps_status_and_headers_behind_a_trigger(world: tuple[Cloud, FunctionsApp]) -> None:
    cloud, _ = world
    answer = requests.post(
        f"{cloud.gateway}/invoke/worker", json="teapot", headers={"Fn-Intent": "httprequest"}, timeout=20
    )
    assert answer.headers["Fn-Http-Status"] == "418"
    assert answer.headers["Fn-Http-H-X-Own"] == "1"
    assert answer.headers["Fn-Http-H-Content-Length"] == "15"
    assert answer.content == b"short and stout"
