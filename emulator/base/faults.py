"""Faults that tests ask the local cloud for: what to match, what to do, how often."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack

if TYPE_CHECKING:
    from collections.abc import Mapping

Drop = Literal["before", "after"]


class FaultOptions(TypedDict, total=False):
    """The keyword arguments of `Faults.add`: the fields of `Fault`."""

    service: str | None
    method: str | None
    path: str | None
    header: Mapping[str, str]
    status: int | None
    code: str
    message: str
    response_headers: Mapping[str, str]
    delay_seconds: float
    hang: bool
    drop: Drop | None
    reset: bool
    truncate_bytes: int | None
    body: bytes | None
    bytes_per_second: float | None
    trickle: float | None
    first_byte_delay_seconds: float
    times: int | None
    skip: int


@dataclass(frozen=True)
class Fault:
    """One rule. The first rule that matches and is not used up applies; matchers that are not set match everything.

    Match: `service` (its name), `method`, `path` (regular expression searched in the path), `header` (name to regular
    expression). `skip` lets the first matching requests through, then `times` requests are hit (None: all of them).

    Effect, in this order: wait `delay_seconds`; `hang` (until the client leaves or the cloud closes); `drop="before"`
    (close the connection, nothing was done); `status` with `code` and `message` (nothing was done). Then the request
    has its real effect, and: `drop="after"` closes the connection without the answer, `body` replaces the answer's
    body, `truncate_bytes` sends that many bytes of it under the full Content-Length and closes, `bytes_per_second`
    sends it slowly, `first_byte_delay_seconds` holds back its first byte, `trickle` sends the whole answer, head and
    body, at that many bytes a second and closes. `reset` makes each close a TCP reset.
    """

    service: str | None = None
    method: str | None = None
    path: str | None = None
    header: Mapping[str, str] = field(default_factory=dict)
    status: int | None = None
    code: str = "InternalServerError"
    message: str = "A fault was injected here."
    response_headers: Mapping[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    hang: bool = False
    drop: Drop | None = None
    reset: bool = False
    truncate_bytes: int | None = None
    body: bytes | None = None
    bytes_per_second: float | None = None
    trickle: float | None = None
    first_byte_delay_seconds: float = 0.0
    times: int | None = 1
    skip: int = 0

    def matches(self, service: str, method: str, path: str, headers: Mapping[str, str]) -> bool:
        """Tell whether a request fits. `headers` has lower-case names."""
        if self.service not in {None, service} or (self.method or method).upper() != method.upper():
            return False
        if self.path is not None and re.search(self.path, path) is None:
            return False
        return all(re.search(want, headers.get(name.lower(), "")) for name, want in self.header.items())

    @property
    def shapes_answer(self) -> bool:
        """Tell whether the answer's body or its pace changes."""
        shapes = (self.truncate_bytes, self.body, self.bytes_per_second)
        return self.first_byte_delay_seconds > 0 or any(value is not None for value in shapes)

    def describe(self) -> str:
        """Return a short name of the effect, for the request log."""
        names = ("status", "hang", "drop", "truncate_bytes", "body", "bytes_per_second", "trickle", "delay_seconds")
        set_names = [name for name in names if getattr(self, name) != getattr(Fault, name)]
        return "+".join(set_names) or "first_byte_delay_seconds"


@dataclass
class ArmedFault:
    """A fault and its counters; `hits` is what a test may assert on."""

    fault: Fault
    seen: int = 0
    hits: int = 0


class Faults:
    """Thread-safe list of faults."""

    def __init__(self) -> None:
        self._armed: list[ArmedFault] = []
        self._lock = threading.Lock()

    def add(self, **options: Unpack[FaultOptions]) -> ArmedFault:
        """Arm a fault (fields of `Fault`); return it with its counters. Raises re.error for a bad pattern."""
        fault = Fault(**options)
        for pattern in (fault.path, *fault.header.values()):
            re.compile(pattern or "")
        armed = ArmedFault(fault)
        with self._lock:
            self._armed.append(armed)
        return armed

    def clear(self) -> None:
        """Disarm all faults."""
        with self._lock:
            self._armed.clear()

    def take(self, service: str, method: str, path: str, headers: Mapping[str, str]) -> Fault | None:
        """Return the fault for this request, if any, and count it."""
        with self._lock:
            for armed in self._armed:
                # A fault that matches and is not due has counted the request; the search goes on behind it.
                if armed.fault.matches(service, method, path, headers) and _is_due(armed):
                    armed.hits += 1
                    return armed.fault
        return None


def _is_due(armed: ArmedFault) -> bool:
    """Count a match; tell whether it is past `skip` and not used up."""
    armed.seen += 1
    if armed.seen <= armed.fault.skip:
        return False
    return armed.fault.times is None or armed.hits < armed.fault.times
