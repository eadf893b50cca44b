"""Objects: put, get, head, delete and list."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
from email.utils import formatdate
from typing import TYPE_CHECKING

from aiohttp import web

from emulator.base.service_protocol import CONTENT_SHA256, OciError, json_response, not_authenticated, timestamp
from emulator.base.streamed_answers import CHUNK_BYTES, StreamedAnswer, file_chunks
from emulator.services.object_storage.object_rules import (
    ListQuery,
    byte_range,
    check_object_name,
    check_write,
    invalid_parameter,
    is_unmodified,
    object_page,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from emulator.services.object_storage.bucket_access import BucketAccess
    from emulator.services.object_storage.stored_objects import BucketStore, StoredBucket, StoredObject

ONE_WRITE_BYTES = 64 * 1024
"""A small object leaves in one write with its headers: the Code Card's header reads do not wait for a second one."""

_KEPT_HEADERS = ("content-encoding", "content-language", "content-disposition", "cache-control")
_FIELDS = ("name", "size", "etag", "md5", "timeCreated", "timeModified", "storageTier", "archivalState")


class ObjectRoutes:
    """The handlers below `/n/…/b/…/o`; pre-authenticated requests use `serve_…` with the bucket they open."""

    def __init__(self, store: BucketStore, access: BucketAccess) -> None:
        self._store = store
        self._access = access

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the paths."""
        listing = "/n/{namespace}/b/{bucket}/o"
        one = listing + "/{object:(?s:.+)}"
        return [
            web.get(listing, self._list),
            web.get(f"{listing}/", self._list),
            web.put(one, self._put),
            web.get(one, self._get, allow_head=True),
            web.delete(one, self._delete),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        return self.serve_list(request, self._access.bucket(request, lists=True))

    async def _put(self, request: web.Request) -> web.Response:
        return await self.serve_put(request, self._access.bucket(request, writes=True))

    async def _get(self, request: web.Request) -> web.StreamResponse:
        return self.serve_get(request, self._access.bucket(request))

    async def _delete(self, request: web.Request) -> web.Response:
        bucket = self._access.bucket(request, writes=True)
        name = request.match_info["object"]
        check_write(bucket.find(name).etag, request.headers.get("if-match"), None)
        self._store.delete(bucket, name)
        return web.Response(status=204, headers={"last-modified": formatdate(self._store.now(), usegmt=True)})

    def serve_list(self, request: web.Request, bucket: StoredBucket) -> web.Response:
        """Return one page of the bucket's objects. Raises OciError 400."""
        query = request.query
        fields = [field for field in query.get("fields", "name").split(",") if field]
        if unknown := sorted(set(fields) - set(_FIELDS)):
            raise invalid_parameter("fields", f"unknown: {', '.join(unknown)}")
        delimiter = query.get("delimiter", "")
        if delimiter not in {"", "/"}:
            raise invalid_parameter("delimiter", "only / is supported")
        wanted = ListQuery(
            prefix=query.get("prefix", ""),
            start=query.get("start", ""),
            end=query.get("end", ""),
            start_after=query.get("startAfter", ""),
            limit=self._access.limit_of(request),
            delimiter=delimiter,
        )
        page = object_page(self._store.names(bucket), wanted)
        listed = [bucket.objects.get(name) for name in page.names]
        answer: dict[str, object] = {
            "objects": [_summary(stored, {"name", *fields}) for stored in listed if stored is not None]
        }
        if delimiter:
            answer["prefixes"] = list(page.prefixes)
        if page.next_start_with is not None:
            answer["nextStartWith"] = page.next_start_with
        return json_response(answer)

    async def serve_put(self, request: web.Request, bucket: StoredBucket) -> web.Response:
        """Store the body as an object; it goes to disk as it arrives. Raises OciError 400, 401, 411, 412."""
        name = request.match_info["object"]
        check_object_name(name)
        if request.content_length is None:
            raise OciError(411, "MissingContentLength", "An upload needs a Content-Length.")
        self._check_conditions(request, bucket, name)
        file = self._store.new_file()
        try:
            md5 = await _receive(request, file)
            self._check_conditions(request, bucket, name)
        except BaseException:
            file.unlink(missing_ok=True)
            raise
        content_type = request.headers.get("content-type", "application/octet-stream")
        kept = _kept_headers(request.headers)
        stored = self._store.commit(bucket, name, file, md5=md5, content_type=content_type, headers=kept)
        headers = {"etag": stored.etag, "opc-content-md5": stored.md5, "last-modified": _http_date(stored)}
        return web.Response(status=200, headers=headers)

    def serve_get(self, request: web.Request, bucket: StoredBucket) -> web.StreamResponse:
        """Return an object or a range of it; HEAD gets the head only. Raises OciError 404, 412, 416."""
        stored = bucket.find(request.match_info["object"])
        headers = {
            "etag": stored.etag,
            "last-modified": _http_date(stored),
            "content-type": stored.content_type,
            "content-md5": stored.md5,
            "accept-ranges": "bytes",
            "storage-tier": stored.storage_tier,
            **stored.headers,
        }
        conditions = (request.headers.get("if-match"), request.headers.get("if-none-match"))
        if is_unmodified(stored.etag, *conditions):
            return web.Response(status=304, headers={"etag": stored.etag})
        part = byte_range(request.headers.get("range"), stored.size)
        if part is None and stored.size <= ONE_WRITE_BYTES:
            return web.Response(headers=headers, body=stored.file.read_bytes())
        if part is None:
            return StreamedAnswer(200, headers, stored.size, file_chunks(stored.file, 0, stored.size))
        offset, length = part
        # content-md5 is the whole object's, so a part carries none.
        del headers["content-md5"]
        headers["content-range"] = f"bytes {offset}-{offset + length - 1}/{stored.size}"
        return StreamedAnswer(206, headers, length, file_chunks(stored.file, offset, length))

    @staticmethod
    def _check_conditions(request: web.Request, bucket: StoredBucket, name: str) -> None:
        old = bucket.objects.get(name)
        headers = request.headers
        check_write(old.etag if old else None, headers.get("if-match"), headers.get("if-none-match"))


async def _receive(request: web.Request, file: Path) -> bytes:
    """Write the body to `file`; return its MD5. Raises OciError 400 or 401 when it is not the body that was meant."""
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    with file.open("wb") as target:
        async for chunk in request.content.iter_chunked(CHUNK_BYTES):
            md5.update(chunk)
            sha256.update(chunk)
            await asyncio.to_thread(target.write, chunk)
    signed = request.get(CONTENT_SHA256, "")
    if signed and base64.b64encode(sha256.digest()).decode() != signed:
        raise not_authenticated("The body of the request does not match its signed x-content-sha256.")
    wanted = request.headers.get("content-md5")
    if wanted is not None and _unbase64(wanted) != md5.digest():
        raise OciError(400, "UnmatchedContentMD5", "The body's MD5 is not the one in the Content-MD5 header.")
    return md5.digest()


def _unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise OciError(400, "InvalidContentMD5", "Content-MD5 is not base64.") from error


def _kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name.lower(): value
        for name, value in headers.items()
        if name.lower() in _KEPT_HEADERS or name.lower().startswith("opc-meta-")
    }


def _http_date(stored: StoredObject) -> str:
    return formatdate(stored.modified_epoch_seconds, usegmt=True)


def _summary(stored: StoredObject, fields: set[str]) -> dict[str, object]:
    """Return the fields asked for (oci/object_storage/models/object_summary.py)."""
    every: dict[str, object] = {
        "name": stored.name,
        "size": stored.size,
        "etag": stored.etag,
        "md5": stored.md5,
        "timeCreated": timestamp(stored.created_epoch_seconds),
        "timeModified": timestamp(stored.modified_epoch_seconds),
        "storageTier": stored.storage_tier,
    }
    return {key: value for key, value in every.items() if key in fields}
