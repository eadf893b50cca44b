"""Connections to hosts: opened address by address, all waits within a deadline, kept for a short while.

An address of this machine or a private network is remembered, so that the log can say so. Every address is judged
after the lookup and connected to as it was judged (shared/addresses.py, ``refusal``).
"""

from __future__ import annotations

import http.client
import math
import select
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.addresses import Reach, is_private, refusal
from shared.bounded_work import Late, within
from shared.sockets.timed_socket import TimedSocket

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

    from shared.deadline import Deadline

MAX_IDLE_SECONDS = 20.0
"""A connection that was unused for longer is not used again.

Servers and the balancers before them close idle connections, after 60 s where OCI's default stands. A function's
container is frozen between its calls: after a long freeze a socket may be dead and not show it yet.
"""


MAX_PRIVATE_HOSTS = 4
"""Hosts of private networks that are remembered for the log."""


class RefusedAddressError(Exception):
    """An address that no connection may be opened to; the text says why, after the host's name."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to connect to; ``tls`` makes the context, and is None for plain http.

    Connections with different contexts are not interchangeable, so it is part of a connection's identity.
    """

    host: str
    port: int
    tls: Callable[[], ssl.SSLContext] | None


@dataclass(frozen=True, slots=True)
class Waits:
    """The longest waits on the way, in seconds, all within the deadline: for connection and handshake, for one read."""

    connect_seconds: float = float("inf")
    read_seconds: float = float("inf")


class Connection:
    """One connection, not open at first."""

    def __init__(self, address: Address, deadline: Deadline, waits: Waits) -> None:
        self.address = address
        self.deadline = deadline
        self.waits = waits
        self._socket: TimedSocket | None = None
        self._http = http.client.HTTPConnection(address.host, address.port)
        self._http.auto_open = 0  # else http.client would connect by itself, past our checks of the address

    def open(self, private_hosts: set[str], reach: Reach = Reach.CONFIGURED) -> None:
        """Connect to the first address that answers, and shake hands.

        Raises RefusedAddressError when any address of the host is out of ``reach``, OSError or ssl.SSLError.
        """
        found = self._addresses()
        failure: OSError = TimeoutError("no address answered")
        # Judged after the one lookup, and connected to as judged: a name may point anywhere, and elsewhere when it
        # is looked up again. One bad address is enough: the next lookup might give that one alone.
        for *_, where in found:
            if why := refusal(str(where[0]), reach):
                raise RefusedAddressError(why)
        for at, (family, kind, protocol, _, where) in enumerate(found):
            if is_private(str(where[0])) and len(private_hosts) < MAX_PRIVATE_HOSTS:
                private_hosts.add(self.address.host)
            try:
                connected = self._connect(socket.socket(family, kind, protocol), where, len(found) - at)
                break
            except OSError as error:
                failure = error
        else:
            raise failure
        self._socket = TimedSocket(connected, self._remaining_seconds)
        self._http.sock = self._socket

    def request(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> http.client.HTTPResponse:
        """Send a request and read the head of its answer. Raises OSError or http.client.HTTPException."""
        if self._socket is not None:
            self._socket.settimeout(self.waits.read_seconds)
        self._http.request(method, target, body=body, headers=dict(headers))
        return self._http.getresponse()

    def certificate(self) -> bytes:
        """Return the other side's certificate (DER); empty over plain http."""
        get = getattr(self._socket, "getpeercert", None)
        return (get(binary_form=True) if get else None) or b""

    def is_reusable(self) -> bool:
        """Tell whether it is open with nothing to read.

        Between two answers a server has nothing to say, so a readable socket means that it has closed (end of file, a
        TLS close_notify) or sent more than it announced; in both cases the next answer could not be trusted.
        """
        if self._socket is None or self._socket.fileno() < 0:
            return False
        readable, _, _ = select.select([self._socket], [], [], 0)
        return not readable

    def close(self) -> None:
        """Close it; a second call does nothing."""
        self._http.close()
        if self._socket is not None:
            self._socket.close()

    def _remaining_seconds(self) -> float:
        """Return what is left of the request that the connection serves now: a kept one gets a new deadline."""
        return self.deadline.remaining_seconds()

    def _addresses(self) -> list[Any]:
        """Look the host up; a thread waits for it, because a lookup takes no time-out."""
        host, port = self.address.host, self.address.port
        try:
            return within(
                self._left(math.inf), lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), name="lookup"
            )
        except Late:
            raise TimeoutError("the name was not found in time") from None

    def _connect(self, plain: socket.socket, where: tuple[object, ...], addresses_left: int) -> socket.socket:
        """Connect one address; the time left is shared with those that may have to be tried after it."""
        try:
            plain.settimeout(self._left(self.waits.connect_seconds, addresses_left))
            plain.connect(where)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain.settimeout(self._left(self.waits.connect_seconds))  # Python counts that of a whole handshake
            if self.address.tls is None:
                return plain
            return self.address.tls().wrap_socket(plain, server_hostname=self.address.host)
        except BaseException:
            plain.close()
            raise

    def _left(self, longest_seconds: float, parts: int = 1) -> float:
        """Return the time-out of one wait: a part of what is left until the deadline, at most ``longest_seconds``.

        Raises TimeoutError when nothing is left: a time-out of 0 would make the socket non-blocking.
        """
        left = self._remaining_seconds()
        if left <= 0:
            raise TimeoutError("the time of the call is over")
        return min(longest_seconds, left / parts)


class ConnectionPool:
    """Idle connections, one an address; ``private_hosts`` are those whose address is of no public network."""

    def __init__(self) -> None:
        self._idle: dict[Address, tuple[Connection, float]] = {}
        self.private_hosts: set[str] = set()

    def take(self, address: Address, deadline: Deadline, waits: Waits) -> Connection | None:
        """Return an idle connection that is still good, with the new deadline, or None."""
        connection, since = self._idle.pop(address, (None, 0.0))
        if connection is None:
            return None
        if time.monotonic() - since > MAX_IDLE_SECONDS or not connection.is_reusable():
            connection.close()
            return None
        connection.deadline = deadline
        connection.waits = waits
        return connection

    def give_back(self, connection: Connection) -> None:
        """Keep it for the next request to its address."""
        if connection.is_reusable():
            self._idle[connection.address] = (connection, time.monotonic())
        else:
            connection.close()

    def close(self) -> None:
        """Close all idle connections."""
        while self._idle:
            self._idle.popitem()[1][0].close()
