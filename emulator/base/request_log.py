"""What arrived at the local cloud, in the order of arrival: the tests' evidence."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KEPT_HEADERS = frozenset(
    {
        "accept",
        "connection",
        "content-length",
        "content-type",
        "date",
        "expect",
        "host",
        "if-match",
        "if-none-match",
        "opc-client-request-id",
        "opc-client-retries",
        "opc-request-id",
        "opc-retry-token",
        "range",
        "transfer-encoding",
        "user-agent",
        "x-codecard-button-function",
        "x-codecard-button-label",
        "x-codecard-id",
        "x-content-sha256",
    }
)
"""Headers that are kept. Credentials never are: a log is read by people."""


@dataclass(frozen=True)
class LoggedCall:
    """One request. `status` is None while it is answered, and for good when the connection was dropped unanswered."""

    number: int
    service: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    at_epoch_seconds: float
    connection: int
    status: int | None = None
    request_bytes: int = 0
    response_bytes: int = 0
    seconds: float = 0.0
    principal: str = ""
    fault: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str | None:
        """Return a kept header by its name in any case."""
        return self.headers.get(name.lower())


class RequestLog:
    """Thread-safe list of calls, optionally copied to a file of JSON lines as each one ends."""

    def __init__(self, file: Path | None = None) -> None:
        self._calls: dict[int, LoggedCall] = {}
        self._next_number = 1
        self._lock = threading.Lock()
        self._file = file

    def begin(self, call: LoggedCall) -> LoggedCall:
        """Add a call that has just arrived; return it with its number."""
        with self._lock:
            numbered = replace(call, number=self._next_number)
            self._next_number += 1
            self._calls[numbered.number] = numbered
        return numbered

    def end(self, call: LoggedCall) -> None:
        """Record how the call ended. A call begun before a `clear` stays forgotten."""
        with self._lock:
            if call.number in self._calls:
                self._calls[call.number] = call
            if self._file is not None:
                with self._file.open("a", encoding="utf-8") as lines:
                    lines.write(json.dumps(asdict(call)) + "\n")

    def calls(
        self, service: str | None = None, method: str | None = None, path_prefix: str | None = None
    ) -> list[LoggedCall]:
        """Return the calls that fit, in the order of arrival."""
        with self._lock:
            every = sorted(self._calls.values(), key=lambda call: call.number)
        return [
            call
            for call in every
            if (service is None or call.service == service)
            and (method is None or call.method == method.upper())
            and (path_prefix is None or call.path.startswith(path_prefix))
        ]

    def clear(self) -> None:
        """Forget all calls; numbers go on."""
        with self._lock:
            self._calls.clear()
