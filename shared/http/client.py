"""HTTP requests of one call: bounded in time and size, TLS verified, no redirect followed, no proxy.

Built on http.client, which the FDK has loaded already; requests would add 0.05 s of CPU to every cold start (the table
of import times is in docs/codecard-avatar.md).
"""

from __future__ import annotations

import functools
import http.client
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from shared.http.connections import Address, Connection, LinkLocalError, Pool
from shared.http.time_budget import LateError, within

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.deadline import Deadline

T = TypeVar("T")

USER_AGENT = "codecard-avatar"


class WebError(Exception):
    """No usable answer; ``late`` when time was over. The text names host and cause, never path or headers."""

    def __init__(self, message: str, *, late: bool = False) -> None:
        super().__init__(message)
        self.late = late


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """Status, body and the host's certificate (DER, empty over plain http)."""

    status: int
    body: bytes
    certificate: bytes


@functools.cache
def tls_context(*, for_the_card: bool) -> ssl.SSLContext:
    """The client's TLS settings, always verifying.

    ``for_the_card``: as the card connects (RSA certificate, TLS 1.2 at most), so that a host with two certificates
    shows the one whose fingerprint the card will compare.
    """
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    if not (paths.cafile or paths.capath):
        import certifi  # only where the system has no authorities of its own

        context.load_verify_locations(certifi.where())
    if for_the_card:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("ECDHE+aRSA+AESGCM:ECDHE+aRSA+AES:kRSA+AES")
    return context


class Web:
    """The requests of one container; connections are kept for the next one to the same host."""

    def __init__(self) -> None:
        self._pool = Pool()

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
        for_the_card: bool = False,
    ) -> WebAnswer:
        """One request, answered in full before the deadline and within the limit. Raises WebError."""
        sent = {"host": urlsplit(url).netloc, "user-agent": USER_AGENT, "accept-encoding": "identity"}
        exchange = _Exchange(self._pool, url, deadline, for_the_card=for_the_card)
        return exchange.bounded(
            lambda: exchange.send(method, {**sent, **(headers or {})}, body, limit_bytes=limit_bytes)
        )

    def certificate(self, url: str, deadline: Deadline) -> bytes:
        """The certificate (DER) that the card sees at an https URL's host. Raises WebError."""
        exchange = _Exchange(self._pool, url, deadline, for_the_card=True)
        return exchange.bounded(exchange.certificate)


class _Exchange:
    """One request on one connection, which another thread may abandon."""

    def __init__(self, pool: Pool, url: str, deadline: Deadline, *, for_the_card: bool) -> None:
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._address = Address(parts.hostname or "", parts.port or (443 if secure else 80), secure, for_the_card)
        self._pool = pool
        self._deadline = deadline
        self._connection = Connection(self._address, self._tls(), deadline)

    def send(self, method: str, headers: Mapping[str, str], body: bytes | None, *, limit_bytes: int) -> WebAnswer:
        """Send it on an idle connection, or once more on a new one where that turns out to be dead."""
        idle = self._pool.take(self._address, self._deadline)
        if idle is not None:
            self._connection = idle
            try:
                return self._attempt(method, headers, body, limit_bytes)
            except (ConnectionError, http.client.RemoteDisconnected):
                self._connection = Connection(self._address, self._tls(), self._deadline)
        self._connection.open(self._pool.private_hosts)
        return self._attempt(method, headers, body, limit_bytes)

    def certificate(self) -> bytes:
        """Shake hands, keep nothing."""
        self._connection.open(self._pool.private_hosts)
        certificate = self._connection.certificate()
        self._connection.close()
        return certificate

    def bounded(self, work: Callable[[], T]) -> T:
        """Do the work before the deadline; whatever goes wrong is a WebError."""
        host = self._address.host
        try:
            return within(self._deadline, work, self._abandon)
        except (LateError, TimeoutError):
            raise WebError(f"{host} did not answer in time", late=True) from None
        except LinkLocalError:
            raise WebError(f"{host} is a link-local address, which no service of the cloud has") from None
        except ssl.SSLCertVerificationError as error:
            raise WebError(f"the certificate of {host} is not trusted: {error.verify_message}") from None
        except ssl.SSLError:
            raise WebError(f"{host} and this function have no TLS version or cipher in common") from None
        except (socket.gaierror, UnicodeError):
            raise WebError(f"there is no host {host}") from None
        except http.client.HTTPException as error:
            raise WebError(f"{host} broke off or sent no HTTP ({type(error).__name__})") from None
        except OSError as error:
            raise WebError(f"{host} cannot be reached ({type(error).__name__})") from None

    def _abandon(self) -> None:
        """Abandon the connection that the other thread is using now."""
        self._connection.abandon()

    def _attempt(self, method: str, headers: Mapping[str, str], body: bytes | None, limit_bytes: int) -> WebAnswer:
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
        return WebAnswer(response.status, data, certificate)

    def _tls(self) -> ssl.SSLContext | None:
        return tls_context(for_the_card=self._address.for_the_card) if self._address.secure else None


def _read(response: http.client.HTTPResponse, host: str, limit_bytes: int) -> bytes:
    """The whole body. Raises WebError for one over the limit, IncompleteRead for one that ends early."""
    data = b"" if (response.length or 0) > limit_bytes else response.read(limit_bytes + 1)
    if len(data) > limit_bytes or (response.length or 0) > limit_bytes:
        raise WebError(f"{host} sent more than {limit_bytes} bytes")
    if response.length:
        raise http.client.IncompleteRead(data, response.length)
    return data
