"""A cluster's API server over one kept connection: plain HTTP, typed decoding of only what a caller reads.

Why not a client library (docs/oke-autoscaler.md has the table and the command): its import alone costs as much CPU as
a whole tick may take, and its typed objects of 10,000 pods need more memory than the function has. `http.client` is
in the standard library and loaded anyway; `msgspec` decodes a page into structs that hold the wanted fields and no
others. Reads are repeated on their own, within the deadline; writes never are.
"""

from __future__ import annotations

import email.utils
import http.client
import ssl
import time
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from shared.errors import KubernetesApiError, ResponseTooLarge, UnsafeAddress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.deadline import Deadline

T = TypeVar("T")

PAGE_ITEMS = 500
"""Of one list call, as kubectl asks; 500 pods of 4.5 kB are 2.3 MB."""

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
READ_ATTEMPTS = 3
FIRST_WAIT_SECONDS = 0.3
LONGEST_WAIT_SECONDS = 4.0
LIST_RESTARTS = 2
"""How often a list begins anew when its continue token has expired (410) on the way."""

ANSWER_BYTES = 64 * 1024 * 1024
CHUNK_BYTES = 256 * 1024
IDLE_SECONDS = 20.0
"""A connection unused for longer is not trusted with a write: the server may have closed it."""

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
REPEATABLE = frozenset({0, 429, 500, 502, 503, 504})
"""Statuses after which a read is tried again; 0 stands for no answer."""


class TokenSource(Protocol):
    """Who gives the bearer token."""

    def token(self, *, refused: bool) -> str:
        """The token to send; ``refused``: the server did not take the last one (401)."""
        ...


class _ListMeta(msgspec.Struct):
    continue_: str = msgspec.field(name="continue", default="")
    remaining: int | None = msgspec.field(name="remainingItemCount", default=None)


class _Page(msgspec.Struct, Generic[T]):
    kind: str
    items: list[T] | None
    metadata: _ListMeta = msgspec.field(default_factory=_ListMeta)


class _Status(msgspec.Struct):
    """The part that is read of an error answer (meta/v1 Status)."""

    reason: str | None = None
    message: str | None = None


class KubernetesApi:
    """One API server; ``server`` is its https base URL, ``ca_pem`` the authority that its certificate must have.

    ``deadline`` bounds every call and may be set anew.

    Raises UnsafeAddress for a server that is not https.
    """

    def __init__(self, server: str, ca_pem: str, token: TokenSource, deadline: Deadline) -> None:
        parts = urlsplit(server)
        if parts.scheme != "https" or not parts.hostname:
            raise UnsafeAddress("the cluster's kubeconfig names no https server")
        self._host, self._port = parts.hostname, parts.port or 443
        self._prefix = parts.path.rstrip("/")
        self._context = _context(ca_pem)
        self._token = token
        self.deadline = deadline
        self._connection: http.client.HTTPSConnection | None = None
        self._used_at = 0.0
        self._server_time: float | None = None

    def now_epoch_seconds(self) -> float:
        """The API server's own time in its last answer (header Date, whole seconds); this machine's before the first.

        Leases and taints are compared with times that other clients of the same server wrote, so its clock is the
        one that counts, whatever this machine's says.
        """
        return time.time() if self._server_time is None else self._server_time

    def get(self, path: str, query: Mapping[str, str] | None = None) -> bytes:
        """The body of a read, tried up to READ_ATTEMPTS times; KubernetesApiError when it stays away."""
        target = f"{path}?{urlencode(query)}" if query else path
        wait = FIRST_WAIT_SECONDS
        for _ in range(READ_ATTEMPTS - 1):
            try:
                return self._exchange("GET", target)
            except KubernetesApiError as error:
                if error.status not in REPEATABLE or self.deadline.remaining_seconds() < 2 * wait:
                    raise
            time.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)
        return self._exchange("GET", target)

    def get_object(self, path: str, kind: type[T]) -> T | None:
        """One decoded object; None where the server says 404."""
        try:
            body = self.get(path)
        except KubernetesApiError as error:
            if error.status == 404:
                return None
            raise
        return decoded(body, msgspec.json.Decoder(kind), path)

    def list_all(self, path: str, item: type[T], query: Mapping[str, str] | None = None) -> list[T]:
        """All items of a list, page by page; all or nothing.

        An expired continue token (410) starts the list anew. A page that is no list, or a last page that says there
        is more, is a KubernetesApiError with the code ``malformed``: half a list must never look like a small cluster.
        """
        for _ in range(LIST_RESTARTS):
            try:
                return self._pages(path, item, dict(query or {}))
            except KubernetesApiError as error:
                if error.status != 410:
                    raise
        return self._pages(path, item, dict(query or {}))

    def send(self, method: str, path: str, body: object, content_type: str = JSON) -> bytes:
        """One write, tried once; KubernetesApiError with status 0 when it may or may not have happened."""
        if time.monotonic() - self._used_at > IDLE_SECONDS:
            self.close()
        return self._exchange(method, path, msgspec.json.encode(body), content_type)

    def close(self) -> None:
        """Give the connection up; the next call makes a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _pages(self, path: str, item: type[T], query: dict[str, str]) -> list[T]:
        decoder = msgspec.json.Decoder(_Page[item])  # type: ignore[valid-type]
        items: list[T] = []
        query["limit"] = str(PAGE_ITEMS)
        while True:
            page = decoded(self.get(path, query), decoder, path)
            if not page.kind.endswith("List"):
                raise _malformed(path, f"a list was asked for, {page.kind} came")
            items.extend(page.items or ())
            following = page.metadata.continue_
            if not following:
                break
            query["continue"] = following
        if page.metadata.remaining:
            raise _malformed(path, f"the list ends {page.metadata.remaining} items early")
        return items

    def _exchange(self, method: str, target: str, body: bytes | None = None, content_type: str = JSON) -> bytes:
        """One request and its answer's body; a token that is refused is replaced once (401: nothing was done)."""
        status, answer, headers = 401, b"", http.client.HTTPMessage()
        for refused in (False, True):
            token = self._token.token(refused=refused)
            status, answer, headers = self._roundtrip(method, target, body, content_type, token)
            if status != 401:
                break
        if 200 <= status < 300:
            return answer
        raise _error(status, answer, headers, target)

    def _roundtrip(
        self, method: str, target: str, body: bytes | None, content_type: str, token: str
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        headers = {"Authorization": f"Bearer {token}", "Accept": JSON}
        if body is not None:
            headers["Content-Type"] = content_type
        try:
            connection = self._connect()
            connection.request(method, self._prefix + target, body=body, headers=headers)
            response = connection.getresponse()
            answer = self._body(response)
        except (OSError, http.client.HTTPException) as fault:
            self.close()
            raise KubernetesApiError(
                f"no answer from the API server: {type(fault).__name__}", code="no-answer", path=_shown(target)
            ) from None
        except BaseException:
            self.close()
            raise
        self._used_at = time.monotonic()
        self._note_time(response.headers.get("date", ""))
        if response.will_close:
            self.close()
        return response.status, answer, response.headers

    def _connect(self) -> http.client.HTTPSConnection:
        if self._connection is None:
            seconds = self.deadline.bounded(CONNECT_SECONDS)
            self._connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=seconds, context=self._context
            )
            self._connection.connect()
        seconds = self.deadline.bounded(READ_SECONDS)
        self._connection.sock.settimeout(seconds)
        return self._connection

    def _body(self, response: http.client.HTTPResponse) -> bytes:
        """The whole body; IncompleteRead when it ends early, TimeoutError past the deadline."""
        chunks: list[bytes] = []
        received = 0
        announced = response.length
        while chunk := response.read1(CHUNK_BYTES):
            chunks.append(chunk)
            received += len(chunk)
            if received > ANSWER_BYTES:
                raise ResponseTooLarge(f"the API server sent more than {ANSWER_BYTES} bytes in one answer")
            if self.deadline.expired():
                raise TimeoutError
        if announced is not None and received < announced:
            raise http.client.IncompleteRead(b"", announced - received)
        response.close()
        return b"".join(chunks)

    def _note_time(self, date: str) -> None:
        try:
            self._server_time = email.utils.parsedate_to_datetime(date).timestamp()
        except ValueError:
            return


def decoded(body: bytes, decoder: msgspec.json.Decoder[T], path: str) -> T:
    """The body as the decoder's type; KubernetesApiError (``malformed``) names the field that does not fit."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise _malformed(path, str(fault)) from None


def _context(ca_pem: str) -> ssl.SSLContext:
    """Verify against the cluster's own authority and nothing else.

    The strict X.509 checks that Python 3.13 turned on are off: authorities of older clusters lack the key identifiers
    that those ask for (kubernetes-client/python issue 2394). Chain, name and dates are checked as before.
    """
    try:
        context = ssl.create_default_context(cadata=ca_pem)
    except (ssl.SSLError, ValueError):
        raise KubernetesApiError("the kubeconfig's certificate authority cannot be read", code="malformed") from None
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _error(status: int, body: bytes, headers: http.client.HTTPMessage, target: str) -> KubernetesApiError:
    try:
        said = msgspec.json.decode(body, type=_Status)
    except (msgspec.DecodeError, UnicodeDecodeError):
        said = _Status()
    return KubernetesApiError(
        (said.message or f"the API server answered {status}")[:300],
        status=status,
        code=said.reason or "",
        opc_request_id=headers.get("audit-id", ""),
        path=_shown(target),
    )


def _malformed(path: str, text: str) -> KubernetesApiError:
    return KubernetesApiError(f"the API server's answer cannot be read: {text[:200]}", code="malformed", path=path)


def _shown(target: str) -> str:
    """The path without its query: continue tokens are long and say nothing."""
    return target.partition("?")[0]
