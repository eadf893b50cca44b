"""One JSON object a line, whatever the FDK or a test has put on the root logger."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING

import pytest

from shared import logs

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, brought back afterwards."""
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    logger.handlers = []
    yield logger
    logger.handlers = handlers
    logger.setLevel(level)


def test_without_a_handler_one_on_stderr_is_made_once(root: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    root.handlers = []  # pytest has put its own there
    logs.setup("call-1")
    logs.setup("call-2")
    logs.get("x").info("hello", extra={"fields": {"nodes": 3, "message": "not this"}})
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert len(root.handlers) == len(lines) == 1
    assert (lines[0]["message"], lines[0]["nodes"], lines[0]["call_id"]) == ("hello", 3, "call-2")


def test_another_kind_of_handler_keeps_its_format(root: logging.Logger) -> None:
    class Other(logging.StreamHandler[io.StringIO]):
        pass

    other = Other(io.StringIO())
    root.addHandler(other)
    logs.setup("call-1")
    assert other.formatter is None


def test_a_traceback_and_a_value_that_is_no_json_stay_on_the_line(root: logging.Logger) -> None:
    stream = io.StringIO()
    root.addHandler(logging.StreamHandler(stream))
    logs.setup("call-1")
    try:
        int("broken\nin two lines")
    except ValueError:
        logs.get("x").exception("failed", extra={"fields": {"what": object}})
    (line,) = stream.getvalue().splitlines()
    assert "broken" in json.loads(line)["traceback"]
    assert json.loads(line)["what"] == "<class 'object'>"


def test_libraries_may_warn_and_nothing_below(root: logging.Logger) -> None:
    stream = io.StringIO()
    root.addHandler(logging.StreamHandler(stream))
    logs.setup("call-1")
    for name in logs.QUIET_LOGGERS:
        logging.getLogger(f"{name}.part").info("quiet")
        logging.getLogger(f"{name}.part").warning("heard")
    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == ["heard"] * len(
        logs.QUIET_LOGGERS
    )
