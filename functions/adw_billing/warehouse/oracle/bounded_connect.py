"""The driver's connect within a bound: a listener may accept a connection and stay silent for ever."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from functions.adw_billing.errors import DatabaseUnreachable
from functions.adw_billing.warehouse.oracle.errors import typed

if TYPE_CHECKING:
    from collections.abc import Callable

    import oracledb

_END_SECONDS = 1.0


def bounded(opens: Callable[[], oracledb.Connection], seconds: float, ports: set[int]) -> oracledb.Connection:
    """Run the driver's connect in a thread, for at most `seconds`.

    `tcp_connect_timeout` ends with the TCP handshake, so a listener that accepts and stays silent would hold the call
    for as long as it is silent (python-oracledb 26.1). Its socket is shut down then, which ends the thread.

    The driver's first connect of a process holds back all others until it is over, to settle the driver's mode; a
    thread that could not be ended would so block the container for good. The mode is settled before.
    """
    import oracledb

    oracledb.enable_thin_mode()  # type: ignore[no-untyped-call]
    result: list[oracledb.Connection | BaseException] = []
    before = _tcp_sockets()

    def run() -> None:
        try:
            result.append(opens())
        except BaseException as error:  # noqa: BLE001  (handed to the caller's thread)
            result.append(error)

    thread = threading.Thread(target=run, name="oracle-connect", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        _end(thread, before, ports)
        raise DatabaseUnreachable(
            f"the database did not answer within {seconds:.0f} s",
            fix="something accepts connections at db_dsn's port and stays silent: is it the listener?",
        )
    outcome = result[0]
    if isinstance(outcome, BaseException):
        raise _connect_fault(outcome) from None
    return outcome


def _end(thread: threading.Thread, before: set[tuple[int, int]], ports: set[int]) -> None:
    """End a stuck thread's connection, and those it then makes to other addresses of the descriptor."""
    end = time.monotonic() + _END_SECONDS
    while thread.is_alive() and time.monotonic() < end:
        _shut_down(_tcp_sockets() - before, ports)
        thread.join(_END_SECONDS / 10)


def _connect_fault(error: BaseException) -> BaseException:
    """The typed reason of a failed connect; what is no failure of the driver or the network stays a bug."""
    import oracledb

    return typed(error) if isinstance(error, (oracledb.Error, OSError)) else error


def _tcp_sockets() -> set[tuple[int, int]]:
    """The sockets of this process, as descriptor and inode (Linux; elsewhere none, and the thread stays behind).

    The inode tells a socket from an earlier one whose descriptor it was given.
    """
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        return set()
    found = set()
    for name in os.listdir(folder):  # noqa: PTH208  (numbers, not paths)
        with contextlib.suppress(OSError):
            status = os.fstat(int(name))
            if stat.S_ISSOCK(status.st_mode):
                found.add((int(name), status.st_ino))
    return found


def _shut_down(sockets: set[tuple[int, int]], ports: set[int]) -> None:
    """End the connections to a port among the sockets; their owner keeps and closes them."""
    for descriptor, _ in sockets:
        with contextlib.suppress(OSError, IndexError), socket.socket(fileno=os.dup(descriptor)) as ours:
            if ours.getpeername()[1] in ports:
                ours.shutdown(socket.SHUT_RDWR)
