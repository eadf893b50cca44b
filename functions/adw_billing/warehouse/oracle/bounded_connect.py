"""The driver's connect within a bound: a listener may accept a connection and stay silent for ever."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from functions.adw_billing.errors import DatabaseUnreachable
from functions.adw_billing.warehouse.oracle.errors import typed
from shared.bounded_work import Late, within

if TYPE_CHECKING:
    from collections.abc import Callable

    import oracledb

_ENDING_SECONDS = 1.0
"""For a stuck thread that goes on to other addresses of the descriptor: each one's socket is shut down in turn."""


def bounded(opens: Callable[[], oracledb.Connection], seconds: float, ports: set[int]) -> oracledb.Connection:
    """Run the driver's connect in a thread, for at most `seconds`.

    `tcp_connect_timeout` ends with the TCP handshake, so a listener that accepts and stays silent would hold the call
    for as long as it is silent (python-oracledb 26.1). Its socket is shut down then, which ends the thread.

    The driver's first connect of a process holds back all others until it is over, to settle the driver's mode; a
    thread that could not be ended would so block the container for good. The mode is settled before.
    """
    import oracledb

    oracledb.enable_thin_mode()  # type: ignore[no-untyped-call]
    before = _tcp_sockets()
    try:
        return within(
            seconds,
            opens,
            abandon=lambda: _shut_down(_tcp_sockets() - before, ports),
            ending_seconds=_ENDING_SECONDS,
            name="oracle-connect",
        )
    except Late:
        raise DatabaseUnreachable(
            f"the database did not answer within {seconds:.0f} s",
            fix="something accepts connections at db_dsn's port and stays silent: is it the listener?",
        ) from None
    except (oracledb.Error, OSError) as error:  # whatever else is raised is a bug and stays one
        raise typed(error) from None


def _tcp_sockets() -> set[tuple[int, int]]:
    """Return the sockets of this process, as descriptor and inode (Linux; elsewhere none, and the thread stays behind).

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
