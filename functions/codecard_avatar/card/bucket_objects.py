"""The objects of a registry in a bucket, read and written with the function's own requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from functions.codecard_avatar.card.registry_document import MAX_REGISTRY_BYTES
from functions.codecard_avatar.storage.bucket_client import ObjectMissingError
from functions.codecard_avatar.storage.link_trouble import fix_of
from shared.errors import BadRequest, OciServiceError
from shared.http.client import HttpError

if TYPE_CHECKING:
    from functions.codecard_avatar.storage.bucket_client import BucketClient
    from shared.deadline import Deadline

SERVICE = "object_storage"
MAX_LIST_PAGES = 5
"""Of a folder's names, 1,000 each: a registry has 256 parts, and anything else in there is somebody else's."""


class BucketObjects:
    """One bucket, asked within a deadline; its client must not send a write twice by itself."""

    def __init__(self, bucket: BucketClient, deadline: Deadline) -> None:
        self._bucket = bucket
        self._deadline = deadline

    def read(self, name: str) -> tuple[bytes, str] | None:
        """Return an object with its etag, None where there is none. Raises OciServiceError."""
        try:
            fetched = self._bucket.get_if_changed(name, self._deadline, MAX_REGISTRY_BYTES, "")
        except ObjectMissingError:
            return None
        except HttpError as error:
            raise _failure(error, "read") from None
        assert fetched is not None  # noqa: S101  (without an etag no answer is "not modified")
        return fetched.body, fetched.etag

    def write(self, name: str, body: bytes, etag: str) -> None:
        """Write an object on the condition of its etag. Raises OciServiceError, with status 412 where it is not met."""
        try:
            status = self._bucket.put_if(name, body, "application/json", etag, self._deadline)
        except HttpError as error:
            raise _failure(error, "write") from None
        if status != 200:
            raise OciServiceError(f"{status} for {name[:60]}", status=status, service=SERVICE)

    def check_write(self, name: str) -> None:
        """Ask whether an object could be written, and write nothing. Raises OciServiceError."""
        try:
            self._bucket.try_upload(self._deadline, name)
        except HttpError as error:
            raise _failure(error, "write") from None

    def names(self, prefix: str) -> list[str]:
        """Return the names of the objects in a folder. Raises OciServiceError."""
        if self._bucket.url.is_preauthenticated:
            fix = "set private_bucket to the bucket's URL, which is signed with the function's own identity"
            raise BadRequest("A pre-authenticated link cannot list a folder", fix=fix, field="private_bucket")
        names: list[str] = []
        start = ""
        for _ in range(MAX_LIST_PAGES):
            try:
                page = json.loads(self._bucket.list_page(prefix, start, self._deadline))
            except HttpError as error:
                raise _failure(error, "list") from None
            names += [str(each["name"]) for each in page["objects"]]
            start = page.get("nextStartWith") or ""
            if not start:
                break
        return names


def _failure(error: HttpError, verb: str) -> OciServiceError:
    """Return what a failed request means; one that got no answer may have been done."""
    status = int(text) if (text := str(error).partition(" ")[0]).isdigit() else 0
    fix = fix_of(error) or f"compare private_bucket and the function's right to {verb} objects with its page"
    code = "" if status else "no-answer"
    return OciServiceError(f"card_registry: {error}", status=status, code=code, fix=fix, service=SERVICE)
