"""The suite's one HTTP client: bounded in time and size, TLS verified, no redirect followed, no proxy.

Built on http.client, which the FDK has loaded already; requests would add 0.05 s of CPU to every cold start (the table
of import times is in docs/codecard-avatar.md).
"""

from __future__ import annotations

import http.client
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from shared.http.connections import Address, Connection, ConnectionPool, RefusedAddressError, Waits
from shared.tls import client_context

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.addresses import Reach
    from shared.deadline import Deadline

T = TypeVar("T")

NO_LIMITS = Waits()


class HttpError(Exception):
    """No usable answer. The text names host and cause, never path or headers: both may hold a secret.

    ``late``: time was over; ``too_large``: more bytes came than the limit; ``fault``: the exception's name, for logs.
    """

    def __init__(self, message: str, *, late: bool = False, too_large: bool = False, fault: str = "") -> None:
        super().__init__(message)
        self.late = late
        self.too_large = too_large
        self.fault = fault or ("TimeoutError" if late else type(self).__name__)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """Status, headers (lower-case name to last value), body, and the host's certificate (DER, empty over http)."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    certificate: bytes


class HttpClient:
    """Sends requests; connections are kept for the next one to the same host.

    ``tls`` makes the context of requests that name no other, ``waits`` bounds the single waits within the deadline.
    ``repeats``: where a kept connection turns out to be dead, the request is sent once more on a new one, so every
    request must be one that may arrive twice. Not for use by several threads.
    """

    def __init__(
        self,
        user_agent: str = "",
        *,
        tls: Callable[[], ssl.SSLContext] = client_context,
        waits: Waits = NO_LIMITS,
        repeats: bool = True,
    ) -> None:
        self._headers = {"user-agent": user_agent} if user_agent else {}
        self._tls = tls
        self._waits = waits
        self._repeats = repeats
        self._pool = ConnectionPool()

    @property
    def private_hosts(self) -> list[str]:
        """Hosts asked so far whose address belongs to no public network: worth a line in the log."""
        return sorted(self._pool.private_hosts)

    def send(
        self,
        method: str,
        url: str,
        deadline: Deadline,
        *,
        limit_bytes: int,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        tls: Callable[[], ssl.SSLContext] | None = None,
    ) -> HttpResponse:
        """Return the whole answer, received before the deadline and within the limit. Raises HttpError."""
        # No encoding is asked for: a compressed body could grow past the limit while it is decoded.
        sent = {"host": urlsplit(url).netloc, "accept-encoding": "identity", **self._headers, **(headers or {})}
        exchange = _Exchange(self._pool, url, deadline, tls or self._tls, self._waits)
        return exchange.bounded(
            lambda: exchange.send(method, sent, body, limit_bytes=limit_bytes, repeats=self._repeats)
        )

    def certificate(
        self, url: str, deadline: Deadline, *, reach: Reach, tls: Callable[[], ssl.SSLContext] | None = None
    ) -> bytes:
        """Return the certificate (DER) that an https URL's host shows to this ``tls``. Raises HttpError."""
        exchange = _Exchange(self._pool, url, deadline, tls or self._tls, self._waits)
        return exchange.bounded(lambda: exchange.certificate(reach))

    def close(self) -> None:
        """Close the kept connections; the next request makes a new one."""
        self._pool.close()


class _Exchange:
    """One request on one connection."""

    def __init__(
        self, pool: ConnectionPool, url: str, deadline: Deadline, tls: Callable[[], ssl.SSLContext], waits: Waits
    ) -> None:
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._address = Address(parts.hostname or "", parts.port or (443 if secure else 80), tls if secure else None)
        self._pool = pool
        self._deadline = deadline
        self._waits = waits
        self._connection = Connection(self._address, deadline, waits)

    def send(
        self, method: str, headers: Mapping[str, str], body: bytes | None, *, limit_bytes: int, repeats: bool
    ) -> HttpResponse:
        """Send it on an idle connection, or on a new one; see ``repeats`` of HttpClient."""
        idle = self._pool.take(self._address, self._deadline, self._waits)
        if idle is not None:
            new, self._connection = self._connection, idle
            try:
                return self._attempt(method, headers, body, limit_bytes)
            except ConnectionError:
                # A server may close an idle connection at the moment of our request; that it has not read it cannot
                # be known, so only a request that may arrive twice goes out again. RemoteDisconnected, http.client's
                # word for an end of file before the status line, is a ConnectionError too.
                if not repeats:
                    raise
                self._connection = new
        self._connection.open(self._pool.private_hosts)
        return self._attempt(method, headers, body, limit_bytes)

    def certificate(self, reach: Reach) -> bytes:
        """Shake hands and return the certificate; keep no connection."""
        self._connection.open(self._pool.private_hosts, reach)
        certificate = self._connection.certificate()
        self._connection.close()
        return certificate

    def bounded(self, work: Callable[[], T]) -> T:
        """Do the work before the deadline; whatever goes wrong becomes an HttpError."""
        host = self._address.host
        try:
            return work()
        except TimeoutError:
            raise HttpError(f"{host} did not answer in time", late=True) from None
        except RefusedAddressError as why:
            raise HttpError(f"{host} {why}", fault="RefusedAddressError") from None
        except (OSError, UnicodeError, http.client.HTTPException) as error:
            raise HttpError(_text(host, error), fault=type(error).__name__) from None

    def _attempt(self, method: str, headers: Mapping[str, str], body: bytes | None, limit_bytes: int) -> HttpResponse:
        connection = self._connection
        certificate = connection.certificate()
        try:
            response = connection.request(method, self._target, headers, body)
            data = _read(response, self._address.host, limit_bytes)
        except BaseException:
            connection.close()
            raise
        if not response.will_close:
            self._pool.give_back(connection)
        received = {name.lower(): value for name, value in response.getheaders()}
        return HttpResponse(response.status, received, data, certificate)


def _text(host: str, error: Exception) -> str:
    """Return what an exception means to somebody who cannot see the host; the most special classes come first."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate of {host} is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"{host} and this function have no TLS version or cipher in common"
    if isinstance(error, socket.gaierror | UnicodeError):  # UnicodeError: a label that no host name can have (IDNA)
        return f"there is no host {host}"
    if isinstance(error, http.client.HTTPException):
        return f"{host} broke off or sent no HTTP ({type(error).__name__})"
    return f"{host} cannot be reached ({type(error).__name__})"


def _read(response: http.client.HTTPResponse, host: str, limit_bytes: int) -> bytes:
    """Return the whole body. Raises HttpError for one over the limit, IncompleteRead for one that ends early.

    ``response.length`` is what is left of the announced length, None where none was announced. One byte more than the
    limit is asked for, which tells a body that fills the limit from one that goes on.
    """
    data = b"" if (response.length or 0) > limit_bytes else response.read(limit_bytes + 1)
    if len(data) > limit_bytes or (response.length or 0) > limit_bytes:
        raise HttpError(f"{host} sent more than {limit_bytes} bytes", too_large=True)
    if response.length:
        raise http.client.IncompleteRead(data, response.length)
    return data
