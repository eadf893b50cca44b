"""A cluster's API server over one kept connection: plain HTTP, typed decoding of only what a caller reads.

Why not a client library (docs/oke-autoscaler.md has the table and the command): its import alone costs as much CPU as
a whole tick may take, and its typed objects of 10,000 pods need more memory than the function has. `http.client` is
in the standard library and loaded anyway; `msgspec` decodes a page into structs that hold the wanted fields and no
others. Reads are repeated on their own, within the deadline; writes only where the server
says that it did not look at them.
"""

from __future__ import annotations

import contextlib
import email.utils
import ssl
import time
from typing import TYPE_CHECKING, Protocol, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from shared.errors import KubernetesApiError, ResponseTooLarge, UnsafeAddress
from shared.http.client import HttpClient, HttpError, HttpResponse
from shared.http.connections import Waits
from shared.kubernetes.decoding import Page, decoded, decoded_apiece, decoded_object, kind_of, malformed
from shared.kubernetes.error_answers import held_back_seconds, refusal, shown_path
from shared.sockets.call_end import closed_at_end
from shared.tls import context_of_authority

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.deadline import Deadline

T = TypeVar("T")

PAGE_ITEMS = 500
"""Of one list call, as kubectl asks; 500 pods of 4.5 kB are 2.3 MB."""

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
READ_ATTEMPTS = 3
FIRST_WAIT_SECONDS = 0.3
"""Before the second attempt of a read; each further wait is twice as long."""

MAX_WAIT_SECONDS = 4.0
MAX_THROTTLED = 5
"""How often one request is held back by the server (429 with ``Retry-After``) and sent again."""

THROTTLE_MARGIN_SECONDS = 1.0
"""What must be left of the time after such a wait: enough for the request itself."""

LIST_RESTARTS = 2
"""How often a list starts again because its continue token has expired (410) on the way."""

MAX_ANSWER_BYTES = 64 * 1024 * 1024

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
REPEATABLE = frozenset({0, 429, 500, 502, 503, 504})
"""Statuses after which a read is tried again; 0 stands for no answer."""


class TokenSource(Protocol):
    """Who gives the bearer token."""

    def token(self, *, refused: bool) -> str:
        """Return the token to send; ``refused``: the server did not take the last one (401)."""
        ...


class KubernetesApi:
    """One API server; ``server`` is its https base URL, ``ca_pem`` the authority that its certificate must have.

    ``deadline`` bounds every call and may be replaced.

    Raises UnsafeAddress for a server that is not https.
    """

    def __init__(
        self,
        server: str,
        ca_pem: str,
        token: TokenSource,
        deadline: Deadline,
        *,
        page_items: int = PAGE_ITEMS,
        first_wait_seconds: float = FIRST_WAIT_SECONDS,
    ) -> None:
        parts = urlsplit(server)
        if parts.scheme != "https" or not parts.hostname:
            raise UnsafeAddress("the cluster's kubeconfig names no https server")
        self._base = f"https://{parts.netloc}{parts.path.rstrip('/')}"
        context = _context(ca_pem)
        waits = Waits(CONNECT_SECONDS, READ_SECONDS)
        # Not repeated there: a write must arrive once at most, and the attempts of a read are counted by `get`.
        self._http = closed_at_end(HttpClient(tls=lambda: context, waits=waits, repeats=False))
        self._token = token
        self.deadline = deadline
        self._page_items = page_items
        self._first_wait_seconds = first_wait_seconds
        self._server_time: float | None = None

    def now_epoch_seconds(self) -> float:
        """Return the API server's time in its last answer (header Date, whole seconds), before the first our own.

        Leases and taints are compared with times that other clients of the same server wrote, so its clock is the
        one that counts, whatever this machine's says.
        """
        return time.time() if self._server_time is None else self._server_time

    def get(self, path: str, query: Mapping[str, str] | None = None) -> bytes:
        """Return the body of a read, tried up to READ_ATTEMPTS times; KubernetesApiError when all of them fail."""
        target = f"{path}?{urlencode(query)}" if query else path
        wait = self._first_wait_seconds
        for _ in range(READ_ATTEMPTS - 1):
            try:
                return self._exchange("GET", target)
            except KubernetesApiError as error:
                # A retry needs the wait and about as long for the attempt itself; with less, the error is the answer.
                if error.status not in REPEATABLE or self.deadline.remaining_seconds() < 2 * wait:
                    raise
            time.sleep(wait)
            wait = min(2 * wait, MAX_WAIT_SECONDS)
        return self._exchange("GET", target)

    def get_object(self, path: str, item: type[T], *, odd: Callable[[bytes], T | None] | None = None) -> T | None:
        """Return one decoded object; None where the server says 404. Its kind must be the name of ``item``."""
        try:
            body = self.get(path)
        except KubernetesApiError as error:
            if error.status == 404:
                return None
            raise
        return decoded_object(body, item, path, odd=odd)

    def list_all(
        self,
        path: str,
        item: type[T],
        query: Mapping[str, str] | None = None,
        *,
        kind: str = "",
        odd: Callable[[bytes], T | None] | None = None,
        each: Callable[[T], None] | None = None,
    ) -> list[T]:
        """Return all items of a list, page by page; all or nothing. ``kind``: of an item, if not the name of ``item``.

        ``odd`` makes the best of an item with fields of other types, from its JSON, and returns None to leave it out:
        one item is not the whole list. Without it such an item is an error, as below. ``each`` is called with each
        item before the next page is read: until then an item may hold on to its page's text (msgspec.Raw).

        An expired continue token (410) starts the list again. A page that is a list of another kind or has no items,
        or a last page that says there is more, is a KubernetesApiError with the code ``malformed``: half a list, or
        that of something else, must never look like a small cluster.
        """
        wanted = f"{kind or kind_of(item)}List"
        # A continue token is good for about five minutes, until etcd compacts the version of the list that it names.
        # Pages of two versions must not be put together: an object could be in both or in neither.
        for _ in range(LIST_RESTARTS):
            try:
                return self._pages(path, item, wanted, dict(query or {}), odd, each)
            except KubernetesApiError as error:
                if error.status != 410:
                    raise
        return self._pages(path, item, wanted, dict(query or {}), odd, each)

    def send(self, method: str, path: str, body: object, content_type: str = JSON) -> bytes:
        """Send one write, once; KubernetesApiError with status 0 when it may or may not have happened."""
        return self._exchange(method, path, msgspec.json.encode(body), content_type)

    def close(self) -> None:
        """Close the connection; the next call makes a new one."""
        self._http.close()

    def _pages(
        self,
        path: str,
        item: type[T],
        wanted: str,
        query: dict[str, str],
        odd: Callable[[bytes], T | None] | None,
        each: Callable[[T], None] | None,
    ) -> list[T]:
        decoder = msgspec.json.Decoder(Page[item])  # type: ignore[valid-type]
        items: list[T] = []
        query["limit"] = str(self._page_items)
        while True:
            body = self.get(path, query)
            try:
                page = decoded(body, decoder, path)
            except KubernetesApiError:
                if odd is None:
                    raise
                page = decoded_apiece(body, item, path, odd)
            if page.kind != wanted:
                raise malformed(path, f"{wanted} was asked for, {page.kind} came")
            if each is not None:
                for one in page.items:
                    each(one)
            items.extend(page.items)
            following = page.metadata.continue_
            if not following:
                break
            query["continue"] = following
        if page.metadata.remaining:
            raise malformed(path, f"the list ends {page.metadata.remaining} items early")
        return items

    def _exchange(self, method: str, target: str, body: bytes | None = None, content_type: str = JSON) -> bytes:
        """Return the body of one request's answer; one that the server holds back is sent again when it says.

        Priority and fairness answers 429 with ``Retry-After`` before anything is done, so that a write may be sent
        again, too, if time allows: https://kubernetes.io/docs/concepts/cluster-administration/flow-control/.
        """
        for _ in range(MAX_THROTTLED):
            response = self._authorized(method, target, body, content_type)
            wait = held_back_seconds(response)
            if wait is None or self.deadline.remaining_seconds() < wait + THROTTLE_MARGIN_SECONDS:
                break
            time.sleep(wait)
        if 200 <= response.status < 300:
            return response.body
        raise refusal(response, target)

    def _authorized(self, method: str, target: str, body: bytes | None, content_type: str) -> HttpResponse:
        """Send a request; a refused token is replaced once (401: nothing was done)."""
        response = self._roundtrip(method, target, body, content_type, self._token.token(refused=False))
        if response.status == 401:
            response = self._roundtrip(method, target, body, content_type, self._token.token(refused=True))
        return response

    def _roundtrip(self, method: str, target: str, body: bytes | None, content_type: str, token: str) -> HttpResponse:
        headers = {"authorization": f"Bearer {token}", "accept": JSON}
        if body is not None:
            headers["content-type"] = content_type
        self.deadline.bounded(READ_SECONDS)  # raises DeadlineExceeded: a request that cannot be waited for is not sent
        try:
            response = self._http.send(
                method,
                self._base + target,
                self.deadline,
                limit_bytes=MAX_ANSWER_BYTES,
                headers=headers,
                body=body,
            )
        except HttpError as error:
            if error.too_large:
                raise ResponseTooLarge(
                    f"the API server sent more than {MAX_ANSWER_BYTES} bytes in one answer"
                ) from None
            raise KubernetesApiError(
                f"no answer from the API server: {error.fault}", code="no-answer", path=shown_path(target)
            ) from None
        self._note_time(response.headers.get("date", ""))
        return response

    def _note_time(self, date: str) -> None:
        with contextlib.suppress(ValueError):
            self._server_time = email.utils.parsedate_to_datetime(date).timestamp()


def _context(authority_pem: str) -> ssl.SSLContext:
    try:
        return context_of_authority(authority_pem)
    except (ssl.SSLError, ValueError):
        raise KubernetesApiError("the kubeconfig's certificate authority cannot be read", code="malformed") from None
