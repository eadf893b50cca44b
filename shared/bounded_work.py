"""Work in a thread of its own, waited for no longer than there is time.

Not every wait takes a time-out: a name lookup has none, a server may send one byte a second forever, and a driver's
connect may stop counting after the TCP handshake. Python cannot end a thread from outside, so a thread that is late is
left behind: the caller closes what it waits for (``abandon``), and as a daemon it does not keep the process alive.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")

_END = object()
_POLL_SECONDS = 0.05
_JOIN_SECONDS = 1.0
"""How long the end of a thread that makes items is waited for; one that waits for the network ends later, by itself."""


class Late(Exception):
    """Time was over before the work was done or the next item was there."""


def within(
    seconds: float,
    work: Callable[[], T],
    *,
    abandon: Callable[[], None] | None = None,
    ending_seconds: float = 0.0,
    name: str = "bounded-work",
) -> T:
    """Return what ``work`` returns or raise what it raises; Late after ``seconds``, or at once where there are none.

    ``abandon`` ends whatever the late work waits for; it is called again, ten times in ``ending_seconds`` at most,
    until the work has ended, for work that then waits for something else.
    """
    if seconds <= 0:
        raise Late
    outcome: queue.SimpleQueue[T | _Failure] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcome.put(work())
        except BaseException as error:  # noqa: BLE001  (raised again in the caller's thread)
            outcome.put(_Failure(error))

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    try:
        result = outcome.get(timeout=seconds)
    except queue.Empty:
        if abandon is not None:
            _end(thread, abandon, ending_seconds)
        raise Late from None
    if isinstance(result, _Failure):
        raise result.error
    return result


def _end(thread: threading.Thread, abandon: Callable[[], None], seconds: float) -> None:
    abandon()
    until = time.monotonic() + seconds
    while thread.is_alive() and time.monotonic() < until:
        thread.join(seconds / 10)
        abandon()


def _endless() -> float:
    return float("inf")


@contextlib.contextmanager
def ahead(
    make: Callable[[], Iterable[T]],
    ready: int = 1,
    *,
    stopped: threading.Event | None = None,
    left_seconds: Callable[[], float] = _endless,
) -> Iterator[Iterator[T]]:
    """Yield the items of ``make()``, ``ready`` of them made in advance; its exception is raised where the item was due.

    Late is raised there where ``left_seconds`` run out before the item is made. Leaving the block ends the thread after
    the item that it is making; threads that feed one another share ``stopped``, so that none waits for another.
    """
    waiting: queue.Queue[object] = queue.Queue(maxsize=ready)
    stopped = stopped or threading.Event()
    thread = threading.Thread(target=_work, args=(make, waiting, stopped), name="made-ahead", daemon=True)
    thread.start()
    try:
        yield _items(waiting, stopped, left_seconds)
    finally:
        stopped.set()
        thread.join(_JOIN_SECONDS)


class _Failure:
    """An exception on its way to the caller's thread."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


def _work(make: Callable[[], Iterable[T]], waiting: queue.Queue[object], stopped: threading.Event) -> None:
    try:
        for item in make():
            if not _put(item, waiting, stopped):
                return
        _put(_END, waiting, stopped)
    except BaseException as error:  # noqa: BLE001  (raised again in the caller's thread)
        _put(_Failure(error), waiting, stopped)


def _put(item: object, waiting: queue.Queue[object], stopped: threading.Event) -> bool:
    # A put without a time-out would wait forever on a full queue whose reader has left; polling sees `stopped`.
    while not stopped.is_set():
        with contextlib.suppress(queue.Full):
            waiting.put(item, timeout=_POLL_SECONDS)
            return True
    return False


def _items(waiting: queue.Queue[object], stopped: threading.Event, left_seconds: Callable[[], float]) -> Iterator[T]:
    while not stopped.is_set():
        try:
            item = waiting.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            # Asked only when nothing is there: an item that is ready is taken even after the end of the time.
            if left_seconds() <= 0:
                raise Late from None
            continue
        if item is _END:
            return
        if isinstance(item, _Failure):
            raise item.error
        yield item  # type: ignore[misc]
