"""One bucket of OCI Object Storage: get, put, head, list, with etags and all pages.

Errors are OciServiceError with the service's status and code; 412 means that an etag condition did not hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shared.errors import DeadlineExceeded, OciServiceError
from shared.oci.clients import client, listed, oci_errors
from shared.oci.retries import MAX_ATTEMPTS, READ_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from shared.deadline import Deadline
    from shared.oci.settings import OciSettings

SERVICE = "object_storage"
LIST_FIELDS = "name,size,etag,timeModified"
PAGE_OBJECTS = 1000
"""Of one list call; the service's own maximum."""

CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class ObjectSummary:
    """An object as a list or a head shows it: size in bytes, time of its last change (UTC, may be unknown)."""

    name: str
    size_bytes: int
    etag: str
    modified: datetime | None


class ObjectBody:
    """An object being read: ``etag``, ``size_bytes`` of this answer, and its bytes in chunks."""

    def __init__(self, response: Any, deadline: Deadline) -> None:  # noqa: ANN401  (the SDK's response)
        self._deadline = deadline
        self.etag = str(response.headers.get("etag", ""))
        self.size_bytes = int(response.headers.get("content-length", 0))
        self._raw = response.data.raw

    def chunks(self, chunk_bytes: int = CHUNK_BYTES) -> Iterator[bytes]:
        """Yield the bytes as stored (no content decoding), as they come.

        Raises OciServiceError (code ``no-answer``) when the connection breaks or ends before the announced length,
        DeadlineExceeded when they come too slowly.
        """
        while chunk := self._chunk(chunk_bytes):
            yield chunk

    def _chunk(self, chunk_bytes: int) -> bytes:
        try:
            with oci_errors(SERVICE):
                self._deadline.bounded(READ_SECONDS)
                # urllib3 counts what comes against Content-Length, and raises IncompleteRead at an early end.
                return bytes(self._raw.read1(chunk_bytes, decode_content=False))
        except OciServiceError:
            # The connection's waits end with the deadline (timed_session): then it is time that has run out, not the
            # connection that has broken, and nobody should ask for the rest.
            if self._deadline.expired():
                raise DeadlineExceeded("the object came too slowly") from None
            raise

    def read(self, limit_bytes: int) -> bytes:
        """Return all bytes; OciServiceError when there are more than ``limit_bytes``."""
        if self.size_bytes > limit_bytes:
            raise OciServiceError(f"the object has more than {limit_bytes} bytes", code="too-large")
        return b"".join(self.chunks())

    def close(self) -> None:
        """Give the connection up; needed when not all bytes were read."""
        self._raw.close()


class ObjectStore:
    """A bucket; ``region`` where it is not the principal's own; ``attempts`` of each call (shared/oci/retries.py)."""

    def __init__(
        self,
        settings: OciSettings,
        deadline: Deadline,
        namespace: str,
        bucket: str,
        *,
        region: str = "",
        attempts: int = MAX_ATTEMPTS,
    ) -> None:
        self._client = client(SERVICE, settings, deadline, region=region, attempts=attempts)
        self.deadline = deadline
        self.namespace = namespace
        self.bucket = bucket

    def uri(self, name: str) -> str:
        """Return an object's address at the service."""
        base = str(self._client.base_client.endpoint).rstrip("/")
        return f"{base}/n/{quote(self.namespace)}/b/{quote(self.bucket)}/o/{quote(name)}"

    def get(self, name: str, *, if_match: str = "", first_byte: int = 0, last_byte: int | None = None) -> ObjectBody:
        """Open an object, from ``first_byte`` to ``last_byte`` (inclusive) where given."""
        arguments: dict[str, Any] = {"if_match": if_match} if if_match else {}
        if first_byte or last_byte is not None:
            arguments["range"] = f"bytes={first_byte}-{'' if last_byte is None else last_byte}"
        with oci_errors(SERVICE):
            return ObjectBody(self._client.get_object(self.namespace, self.bucket, name, **arguments), self.deadline)

    def put(
        self,
        name: str,
        body: bytes,
        *,
        content_type: str = "application/octet-stream",
        if_match: str = "",
        if_none_match: bool = False,
    ) -> str:
        """Write an object and return its etag; ``if_none_match`` writes only where there is none yet."""
        arguments: dict[str, Any] = {"content_type": content_type}
        if if_match:
            arguments["if_match"] = if_match
        if if_none_match:
            arguments["if_none_match"] = "*"
        with oci_errors(SERVICE):
            response = self._client.put_object(self.namespace, self.bucket, name, body, **arguments)
        return str(response.headers.get("etag", ""))

    def head(self, name: str) -> ObjectSummary | None:
        """Return what the object is, or None when there is none."""
        try:
            with oci_errors(SERVICE):
                headers = self._client.head_object(self.namespace, self.bucket, name).headers
        except OciServiceError as error:
            if error.status == 404:
                return None
            raise
        return ObjectSummary(name, int(headers["content-length"]), str(headers.get("etag", "")), None)

    def list(self, prefix: str = "", *, start: str = "") -> Iterator[ObjectSummary]:
        """Yield all objects in the order of their names, page by page; ``start`` is the first name wanted."""
        following: str | None = start or None
        while True:
            with oci_errors(SERVICE):
                page = self._client.list_objects(
                    self.namespace, self.bucket, prefix=prefix, start=following, limit=PAGE_OBJECTS, fields=LIST_FIELDS
                ).data
            for item in listed(getattr(page, "objects", None), SERVICE):
                if not item.name:
                    raise OciServiceError("a listed object has no name", code="malformed", service=SERVICE)
                yield ObjectSummary(item.name, int(item.size or 0), str(item.etag or ""), item.time_modified)
            following = page.next_start_with
            if not following:
                return
