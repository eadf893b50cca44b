"""Runs work in an event loop's own thread, from whichever thread asks."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def run_in(loop: asyncio.AbstractEventLoop, work: Callable[[], None]) -> None:
    """Run something in a loop and wait for it, whether this is the loop's own thread or another."""
    try:
        if asyncio.get_running_loop() is loop:
            work()
            return
    except RuntimeError:  # no loop runs in this thread
        pass
    done: Future[None] = Future()

    def there() -> None:
        try:
            work()
            done.set_result(None)
        except BaseException as error:  # noqa: BLE001  (it belongs to the thread that waits)
            done.set_exception(error)

    # A callback and no coroutine: one that Ctrl-C keeps from being handed on is never awaited, and Python says so.
    loop.call_soon_threadsafe(there)
    done.result()
