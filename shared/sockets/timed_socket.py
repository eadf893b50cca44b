"""A connected socket whose waits end with the call's deadline, whatever the other side sends in between.

A socket's time-out starts again with each receive: a server that sends a byte a second is never late for it, and an
answer of 10 kB takes hours. Here the time-out of every single wait is what is left of the whole time, so that the last
one ends with it. That costs two system calls a wait; a thread that waits for the answer and is given up costs 0.3 ms of
CPU a request, for the same end.
"""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable


class TimedSocket:
    """``connected``, plain or TLS, as HTTP clients use it; ``left_seconds`` is asked before each wait.

    ``settimeout`` bounds the single waits within that. TimeoutError is raised when nothing is left.
    """

    def __init__(self, connected: socket.socket, left_seconds: Callable[[], float]) -> None:
        self._connected = connected
        self._left_seconds = left_seconds
        self._longest_seconds = math.inf

    def settimeout(self, seconds: float | None) -> None:
        """Bound each single wait from now on."""
        self._longest_seconds = math.inf if seconds is None else seconds

    def sendall(self, data: bytes) -> None:
        """Send all of it; Python counts the time-out of a whole ``sendall``, over plain TCP and TLS."""
        self._next_wait()
        self._connected.sendall(data)

    def makefile(self, mode: str = "rb", buffering: int = -1) -> io.RawIOBase | io.BufferedReader:
        """Return a file to read from; 0 for ``buffering`` as with a socket's own."""
        raw = _TimedReader(self._connected.makefile(mode, buffering=0), self._next_wait)  # type: ignore[call-overload]
        return raw if buffering == 0 else io.BufferedReader(raw)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (close, fileno, getpeercert and the like)
        return getattr(self._connected, name)

    def _next_wait(self) -> None:
        left = self._left_seconds()
        if left <= 0:
            raise TimeoutError("the time of the call is over")
        self._connected.settimeout(min(left, self._longest_seconds))


class _TimedReader(io.RawIOBase):
    """What ``socket.makefile`` returns without a buffer, with the time-out set before each read.

    Through it the socket counts its files, and closes when the last one is closed, as http.client needs it.
    """

    def __init__(self, raw: io.RawIOBase, next_wait: Callable[[], None]) -> None:
        self._raw = raw
        self._next_wait = next_wait

    def readable(self) -> bool:
        """Return that it is."""
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401  (a writable buffer)
        """Read what is there, or wait for it."""
        self._next_wait()
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Close the socket's file too."""
        if not self.closed:
            self._raw.close()
        super().close()
