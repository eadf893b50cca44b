"""The bucket over HTTP requests, signed by the function's resource principal or sent to a pre-authenticated URL.

The OCI SDK is not used here: importing its object-storage client costs more CPU than the whole call may
(shared/oci/signature.py has the signature that stands in for it).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.codecard_avatar.storage.link_trouble import MISSING, LinkRefusedError, is_refused, is_served
from shared.errors import says_expired
from shared.http.client import HttpError
from shared.oci.signature import Principal, load_resource_principal, sign
from shared.tls import rsa_tls12_context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.codecard_avatar.model.bucket_url import BucketUrl
    from functions.codecard_avatar.storage.link_trouble import Right
    from shared.deadline import Deadline
    from shared.http.client import HttpClient, HttpResponse

MAX_ERROR_BYTES = 64 * 1024
"""Of an answer that is not an object: a small JSON error at most."""

MAX_LIST_BYTES = 4 * 1024 * 1024
"""Of a page of names: the service puts at most 1,000 on one."""

RETRIED_STATUSES = frozenset({412, 429, 500, 502, 503, 504})

PROBE_NAME = "oci-functions-preflight"
NO_ETAG = "no-object-has-this-etag"

RENEW_BEFORE_EXPIRY_SECONDS = 60.0
"""How long before its end a session token is read again."""


_NO_BODY = {"content-type": "application/json"}


class ObjectMissingError(HttpError):
    """The bucket is there and may be read, and has no such object."""


@dataclass(frozen=True, slots=True)
class FetchedObject:
    """An object's bytes and its etag (empty where the answer names none)."""

    body: bytes
    etag: str


class PrincipalCache:
    """The resource principal of the container, read again when its token is about to end."""

    def __init__(self) -> None:
        self._principal: Principal | None = None

    def get(self, now_epoch_seconds: float) -> Principal:
        """Return the principal. Raises NotAuthorised when the environment has none."""
        held = self._principal
        if held is None or held.expires_epoch_seconds - RENEW_BEFORE_EXPIRY_SECONDS < now_epoch_seconds:
            held = self._principal = load_resource_principal(os.environ)
        return held

    def forget(self) -> None:
        """Read it again at the next use: a service has refused it."""
        self._principal = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the card would be told of an object: status, MD5 (base64) and the certificate (DER) of the host."""

    status: int
    md5: str
    certificate: bytes

    @property
    def is_refused(self) -> bool:
        """Whether the card cannot read it."""
        # Only a clear refusal is a no: a service that does not answer HEAD (501) or is overloaded (503) says nothing
        # about the bucket's visibility.
        return self.status in {401, 403, 404}

    def shows(self, content: bytes) -> bool:
        """Tell whether the object is there, with just this content."""
        # MD5 is no choice of ours: it is what object storage tells of an object (`Content-MD5`), and it only has to
        # notice that the object has been replaced, by somebody who may write to the bucket anyway.
        wanted = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
        return self.status == 200 and self.md5 == wanted


class BucketClient:
    """One bucket; ``url`` is where requests go to."""

    def __init__(self, url: BucketUrl, http: HttpClient, principals: PrincipalCache) -> None:
        self.url = url
        self._http = http
        self._principals = principals

    def get(self, name: str, deadline: Deadline, limit_bytes: int) -> bytes:
        """Return an object's bytes. Raises HttpError (its text begins with the status, if any) or NotAuthorised."""
        return self._checked(self._send("GET", name, deadline, limit_bytes), name, "read", deadline).body

    def get_if_changed(self, name: str, deadline: Deadline, limit_bytes: int, etag: str) -> FetchedObject | None:
        """Return an object, or None where its etag is still the given one. Raises as `get`, and ObjectMissingError."""
        condition = {"if-none-match": etag} if etag else {}
        answer = self._send("GET", name, deadline, limit_bytes, headers={**_NO_BODY, **condition})
        if answer.status == 304 and etag:
            return None
        if answer.status == 404 and MISSING in answer.body:
            raise ObjectMissingError(f"404 for {name[:60]}: no such object")
        return FetchedObject(self._checked(answer, name, "read", deadline).body, answer.headers.get("etag", ""))

    def put(self, name: str, body: bytes, content_type: str, deadline: Deadline) -> None:
        """Write an object. Raises HttpError, NotAuthorised."""
        headers = {"content-type": content_type}
        self._checked(self._send("PUT", name, deadline, MAX_ERROR_BYTES, body, headers), name, "write", deadline)

    def put_if(self, name: str, body: bytes, content_type: str, etag: str, deadline: Deadline) -> int:
        """Write an object where it still has the etag, or with an empty one where there is none; return the status.

        It is 200, or one after which another attempt is worth it (412: the condition is not met). Raises HttpError for
        all others, NotAuthorised.
        """
        condition = {"if-match": etag} if etag else {"if-none-match": "*"}
        headers = {"content-type": content_type, **condition}
        answer = self._send("PUT", name, deadline, MAX_ERROR_BYTES, body, headers)
        if answer.status in RETRIED_STATUSES:
            return answer.status
        return self._checked(answer, name, "write", deadline).status

    def list_page(self, prefix: str, start: str, deadline: Deadline) -> bytes:
        """Return a page of the names in a folder, as the service writes it. Raises HttpError, NotAuthorised."""
        answer = self._send_to("GET", self.url.list_url(prefix, start), deadline, MAX_LIST_BYTES)
        return self._checked(answer, prefix, "read", deadline).body

    def try_upload(self, deadline: Deadline, name: str = PROBE_NAME) -> None:
        """Ask for an upload on a condition that no object meets: it is refused for that, or for what would refuse any.

        Nothing is written. Raises HttpError where the bucket would take no such object, NotAuthorised.
        """
        # That the condition is looked at says that bucket and right are there: without either it is 404 of the bucket.
        answer = self._probe_upload(deadline, name)
        if not is_served(answer):
            self._checked(answer, name, "write", deadline)

    def _probe_upload(self, deadline: Deadline, name: str = PROBE_NAME) -> HttpResponse:
        headers = {"content-type": "image/bmp", "if-match": NO_ETAG}
        return self._send("PUT", name, deadline, MAX_ERROR_BYTES, b"", headers)

    def _checked(self, answer: HttpResponse, name: str, right: Right, deadline: Deadline) -> HttpResponse:
        """Return the answer if its status is 200. Raises HttpError, for a link LinkRefusedError with what it lacks."""
        if not self.url.is_preauthenticated or not is_refused(answer):
            return _checked(answer, name)
        other_works = False
        with contextlib.suppress(HttpError):  # then the time is over, or the service gone: no more can be found out
            other = (
                self._probe_upload(deadline)
                if right == "read"
                else self._send("GET", PROBE_NAME, deadline, MAX_ERROR_BYTES)
            )
            other_works = is_served(other)
        raise LinkRefusedError(right, other_works=other_works)

    def look(self, url: BucketUrl, name: str, deadline: Deadline) -> Seen:
        """Ask for an object as the card will: without a signature and with its TLS. Raises HttpError."""
        answer = self._http.send(
            "HEAD", url.object_url(name), deadline, limit_bytes=MAX_ERROR_BYTES, tls=rsa_tls12_context
        )
        return Seen(answer.status, answer.headers.get("content-md5", ""), answer.certificate)

    def _send(
        self,
        method: str,
        name: str,
        deadline: Deadline,
        limit_bytes: int,
        body: bytes | None = None,
        headers: Mapping[str, str] = _NO_BODY,
    ) -> HttpResponse:
        return self._send_to(method, self.url.object_url(name), deadline, limit_bytes, body, headers)

    def _send_to(
        self,
        method: str,
        url: str,
        deadline: Deadline,
        limit_bytes: int,
        body: bytes | None = None,
        headers: Mapping[str, str] = _NO_BODY,
    ) -> HttpResponse:
        answer = self._attempt(method, url, deadline, limit_bytes, body, headers)
        if answer.status == 401 and not self.url.is_preauthenticated:
            # OCI replaces token and key under the running container, one file after the other: what was read before,
            # or between the two, is refused and nothing was done.
            self._principals.forget()
            answer = self._attempt(method, url, deadline, limit_bytes, body, headers)
        return answer

    def _attempt(
        self,
        method: str,
        url: str,
        deadline: Deadline,
        limit_bytes: int,
        body: bytes | None,
        headers: Mapping[str, str],
    ) -> HttpResponse:
        if not self.url.is_preauthenticated:
            now = time.time()
            headers = sign(self._principals.get(now), method, url, headers, now_epoch_seconds=now)
        return self._http.send(
            method, url, deadline, limit_bytes=limit_bytes, headers=headers, body=body, tls=rsa_tls12_context
        )


def _checked(answer: HttpResponse, name: str) -> HttpResponse:
    """Return the answer if its status is 200. Raises HttpError with the cause of the usual other ones."""
    if answer.status == 200:
        return answer
    causes = {
        400: "the request is not one for a bucket",
        401: "the function's signature or the link is refused",
        403: "the policies refuse it",
        404: "no such bucket or object, or no policy",
        429: "too many requests",
    }
    if says_expired(answer.status, answer.body.decode("utf-8", "replace")):
        causes[401] = "the function's session token has expired"
    cause = causes.get(answer.status, "a redirect" if 300 <= answer.status < 400 else "the service failed")
    raise HttpError(f"{answer.status} for {name[:60]}: {cause}")
