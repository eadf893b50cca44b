"""Logging: one JSON object a line on stderr, with the call's id.

The FDK sets the root logger to DEBUG and gives it a handler of its own (fdk/log.py), so that ``basicConfig`` does
nothing and the SDKs' debug lines, URLs included, would be written. That handler is given our format instead.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from contextvars import ContextVar

QUIET_LOGGERS = ("oci", "urllib3", "asyncio", "PIL", "oracledb", "duckdb", "fdk")
"""Loggers of libraries; they may warn, and nothing below that."""

_call_id: ContextVar[str] = ContextVar("call_id", default="")


class JsonFormatter(logging.Formatter):
    """Formats a record as ``{"time", "level", "logger", "call_id", "message", …fields}`` on one line.

    Further fields come from ``extra={"fields": {…}}``; values that are no JSON become texts.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return one line of JSON; time in UTC with milliseconds (RFC 3339)."""
        line: dict[str, object] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "call_id": _call_id.get(),
            "message": record.getMessage(),
        }
        fields = getattr(record, "fields", None)
        if isinstance(fields, dict):
            line.update({name: value for name, value in fields.items() if name not in line})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def setup(call_id: str, level: int = logging.INFO) -> None:
    """Give the root logger's handlers our format (one on stderr is made when there is none); note the call's id."""
    _call_id.set(call_id)
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.StreamHandler(sys.stderr))
    for handler in root.handlers:
        if type(handler) is logging.StreamHandler and not isinstance(handler.formatter, JsonFormatter):
            handler.setFormatter(JsonFormatter())
    root.setLevel(level)
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def get(name: str) -> logging.Logger:
    """Return the logger of that name; add fields with ``logger.info("text", extra={"fields": {...}})``."""
    return logging.getLogger(name)
