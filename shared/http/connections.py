"""Connections to hosts: opened address by address within a deadline, kept for a short while, given up by others.

An address of this machine or a private network is remembered, so that the log can say so; a link-local one is refused,
because there the cloud keeps its machines' own credentials.
"""

from __future__ import annotations

import contextlib
import http.client
import select
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.addresses import is_link_local, is_private

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from shared.deadline import Deadline

IDLE_SECONDS = 20.0
"""A connection that was unused for longer is not used again: a frozen container does not see it die."""


class LinkLocalError(Exception):
    """A link-local address."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to connect to; ``for_the_card``: with the TLS that the card speaks."""

    host: str
    port: int
    secure: bool
    for_the_card: bool


class Connection:
    """One connection, not open at first."""

    def __init__(self, address: Address, tls: ssl.SSLContext | None, deadline: Deadline) -> None:
        self.address = address
        self.deadline = deadline
        self._tls = tls
        self._socket: socket.socket | None = None
        self._http = http.client.HTTPConnection(address.host, address.port)
        self._http.auto_open = 0
        self._abandoned = False

    def open(self, private_hosts: set[str]) -> None:
        """Connect to the first address that answers, and shake hands. Raises OSError, ssl.SSLError, LinkLocalError."""
        found = socket.getaddrinfo(self.address.host, self.address.port, type=socket.SOCK_STREAM)
        failure: OSError = TimeoutError("no address answered")
        for at, (family, kind, protocol, _, where) in enumerate(found):
            if is_link_local(str(where[0])):
                raise LinkLocalError
            if is_private(str(where[0])):
                private_hosts.add(self.address.host)
            try:
                self._connect(socket.socket(family, kind, protocol), where, len(found) - at)
                break
            except OSError as error:
                failure = error
            if self._abandoned:
                raise TimeoutError("abandoned")
        else:
            raise failure
        self._http.sock = self._socket

    def request(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> http.client.HTTPResponse:
        """Send a request and read the head of its answer. Raises OSError or http.client.HTTPException."""
        if self._socket is not None:
            self._socket.settimeout(max(0.001, self.deadline.remaining_seconds()))
        self._http.request(method, target, body=body, headers=dict(headers))
        return self._http.getresponse()

    def certificate(self) -> bytes:
        """The other side's certificate (DER); empty over plain http."""
        get = getattr(self._socket, "getpeercert", None)
        return (get(binary_form=True) if get else None) or b""

    def is_reusable(self) -> bool:
        """Whether it is open with nothing to read: a waiting byte is the other side's farewell."""
        if self._abandoned or self._socket is None or self._socket.fileno() < 0:
            return False
        readable, _, _ = select.select([self._socket], [], [], 0)
        return not readable

    def abandon(self) -> None:
        """End whatever another thread waits for on it."""
        self._abandoned = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close it; a second call does nothing."""
        self._http.close()
        if self._socket is not None:
            self._socket.close()

    def _connect(self, plain: socket.socket, where: tuple[object, ...], addresses_left: int) -> None:
        """Connect one address; the time left is shared with those that may have to be tried after it."""
        self._socket = plain
        try:
            plain.settimeout(max(0.001, self.deadline.remaining_seconds() / addresses_left))
            plain.connect(where)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain.settimeout(max(0.001, self.deadline.remaining_seconds()))
            if self._tls is not None:
                self._socket = self._tls.wrap_socket(plain, server_hostname=self.address.host)
        except BaseException:
            plain.close()
            raise


class Pool:
    """Idle connections, one an address; ``private_hosts`` are those whose address is of no public network."""

    def __init__(self) -> None:
        self._idle: dict[Address, tuple[Connection, float]] = {}
        self.private_hosts: set[str] = set()

    def take(self, address: Address, deadline: Deadline) -> Connection | None:
        """An idle connection that is still good, with the new deadline."""
        connection, since = self._idle.pop(address, (None, 0.0))
        if connection is None:
            return None
        if time.monotonic() - since > IDLE_SECONDS or not connection.is_reusable():
            connection.close()
            return None
        connection.deadline = deadline
        return connection

    def give_back(self, connection: Connection) -> None:
        """Keep it for the next request to its address."""
        if connection.is_reusable():
            self._idle[connection.address] = (connection, time.monotonic())
        else:
            connection.close()
