"""Makes the next item in a thread of its own while the caller works on this one."""

from __future__ import annotations

import contextlib
import queue
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")

_END = object()
_POLL_SECONDS = 0.05
_LEAVE_SECONDS = 1.0
"""How long the end of a thread is waited for; one that waits for the network ends later, by itself."""


class Late(Exception):
    """Time was over before the next item was there."""


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
    """The items of ``make()``, ``ready`` of them made in advance; an exception there is raised where the item was due.

    Late is raised there where ``left_seconds`` run out before the item is made. Leaving the block ends the thread after
    the item that it is making; threads that feed one another share ``stopped``, so that none waits for another.
    """
    waiting: queue.Queue[object] = queue.Queue(maxsize=ready)
    stopped = stopped or threading.Event()
    thread = threading.Thread(target=_work, args=(make, waiting, stopped), name="report-ahead", daemon=True)
    thread.start()
    try:
        yield _items(waiting, stopped, left_seconds)
    finally:
        stopped.set()
        thread.join(_LEAVE_SECONDS)


class _Failure:
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
            if left_seconds() <= 0:
                raise Late from None
            continue
        if item is _END:
            return
        if isinstance(item, _Failure):
            raise item.error
        yield item  # type: ignore[misc]
