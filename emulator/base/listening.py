"""Sockets of the local cloud: bound on the loopback address, at a port of one's own or any free one."""

from __future__ import annotations

import socket

HOST = "127.0.0.1"


class PortNotFree(RuntimeError):
    """The port that was asked for is in use, or is no port number."""


def listen(port: int = 0) -> socket.socket:
    """Return a bound socket on the loopback address; port 0 lets the operating system choose."""
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind((HOST, port))
    except (OSError, OverflowError) as fault:
        server.close()
        why = fault.strerror if isinstance(fault, OSError) else "0 to 65535 is expected"
        raise PortNotFree(
            f"port {port}: {why}; take another, such as --port 8280 (make … PORT=8280), or 0 for any free one"
        ) from None
    return server


def port_of(server: socket.socket | None) -> int:
    """Return a socket's port, 0 without a socket."""
    return 0 if server is None else int(server.getsockname()[1])
