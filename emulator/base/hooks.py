"""Callbacks around the effect of each request, so that a test can kill a process at exactly that moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from emulator.base.request_log import LoggedCall

When = Literal["before", "after"]
Callback = Callable[[LoggedCall], None]


class AbandonRequest(Exception):
    """Raised by a `before` callback: the request gets neither effect nor answer, as if it had never arrived."""


@dataclass(frozen=True)
class Hook:
    """A callback, when it is called and for which service (None: all)."""

    when: When
    callback: Callback
    service: str | None = None


class Hooks:
    """Thread-safe list of hooks.

    `before` runs when a request has arrived and passed its signature check, and nothing has been done; `after` runs
    when its effect has happened and no byte of the answer has been sent. The callback runs in a worker thread and the
    request waits for it, so a callback may kill the client's process and wait for its end. The effect of a request
    whose client is dead happens all the same, as it would in the cloud, unless the callback raises `AbandonRequest`.
    """

    def __init__(self) -> None:
        self._hooks: list[Hook] = []
        self._lock = threading.Lock()

    def add(self, when: When, callback: Callback, *, service: str | None = None) -> Hook:
        """Add a callback; return the handle that `remove` takes."""
        hook = Hook(when, callback, service)
        with self._lock:
            self._hooks.append(hook)
        return hook

    def remove(self, hook: Hook) -> None:
        """Take a callback away. Raises ValueError when it is not there."""
        with self._lock:
            self._hooks.remove(hook)

    def clear(self) -> None:
        """Take all callbacks away."""
        with self._lock:
            self._hooks.clear()

    def due(self, when: When, service: str) -> list[Callback]:
        """Return the callbacks for a moment of a request to `service`."""
        with self._lock:
            return [hook.callback for hook in self._hooks if hook.when == when and hook.service in {None, service}]
