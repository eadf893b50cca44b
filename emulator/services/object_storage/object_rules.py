"""Names, errors and the listing rule of object storage. Pure.

Sources: https://docs.oracle.com/en-us/iaas/api/#/en/objectstorage/20160918/ (operations, parameters),
https://docs.oracle.com/en-us/iaas/Content/Object/Tasks/managingbuckets.htm and managingobjects.htm (names).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.base.service_protocol import OciError

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_OBJECT_NAME_BYTES = 1024
MAX_PAGE = 1000

_BUCKET_NAME = re.compile(r"[A-Za-z0-9_.-]{1,256}")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def bucket_not_found(namespace: str, bucket: str) -> OciError:
    """Return the 404 that a caller without access gets as well."""
    return OciError(
        404,
        "BucketNotFound",
        f"Either the bucket named '{bucket}' does not exist in the namespace '{namespace}' "
        "or you are not authorized to access it",
    )


def object_not_found(namespace: str, bucket: str, name: str) -> OciError:
    """Return the 404 of an object."""
    return OciError(
        404,
        "ObjectNotFound",
        f"The object '{name}' does not exist in bucket '{bucket}' with namespace '{namespace}'",
    )


def namespace_not_found() -> OciError:
    """Return the 404 of a namespace."""
    return OciError(
        404,
        "NamespaceNotFound",
        "You do not have authorization to perform this request, or the requested resource could not be found.",
    )


def invalid_parameter(parameter: str, why: str) -> OciError:
    """Return the 400 of a bad parameter."""
    return OciError(400, "InvalidParameter", f"{parameter}: {why}")


def check_bucket_name(name: str) -> None:
    """Raise OciError 400 for a name that no bucket can have."""
    if _BUCKET_NAME.fullmatch(name) is None:
        raise OciError(
            400,
            "InvalidBucketName",
            "A bucket name has 1 to 256 letters, digits, hyphens, underscores and periods.",
        )


def check_object_name(name: str) -> None:
    """Raise OciError 400 for a name that no object can have."""
    too_long = len(name.encode("utf-8", "surrogatepass")) > MAX_OBJECT_NAME_BYTES
    if not name or too_long or any(character in name for character in "\0\r\n"):
        raise OciError(
            400,
            "InvalidObjectName",
            "An object name has 1 to 1024 bytes of UTF-8 without NUL, carriage return and line feed.",
        )


def check_write(etag: str | None, if_match: str | None, if_none_match: str | None) -> None:
    """Check a write's conditions against the object's etag (None: no such object). Raises OciError 400 or 412."""
    if if_none_match is not None:
        if if_none_match != "*":
            raise invalid_parameter("if-none-match", "only * is allowed here")
        if etag is not None:
            raise OciError(412, "IfNoneMatchFailed", "An object with this name exists.")
    if if_match is not None and not _etag_fits(if_match, etag):
        raise OciError(412, "IfMatchFailed", "The object's etag is not the one in if-match.")


def is_unmodified(etag: str, if_match: str | None, if_none_match: str | None) -> bool:
    """Check a read's conditions; return True when the answer is 304. Raises OciError 412."""
    if if_match is not None and not _etag_fits(if_match, etag):
        raise OciError(412, "IfMatchFailed", "The object's etag is not the one in if-match.")
    return if_none_match is not None and _etag_fits(if_none_match, etag)


def _etag_fits(condition: str, etag: str | None) -> bool:
    wanted = {part.strip().strip('"') for part in condition.split(",")}
    return etag is not None and ("*" in wanted or etag in wanted)


def byte_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Return (offset, length) of a Range header, None to send everything. Raises OciError 416.

    One range only: a list of ranges, or text that is no range, is ignored as RFC 9110 section 14.2 allows.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if first == "":
        start, end = max(0, size - int(last)), size - 1
    else:
        start, end = int(first), min(int(last) if last else size - 1, size - 1)
    if start > end:
        raise OciError(416, "InvalidRange", f"The object has {size} bytes.", {"content-range": f"bytes */{size}"})
    return start, end - start + 1


@dataclass(frozen=True)
class ListQuery:
    """The parameters of a listing. `start` is included, `end` excluded, `start_after` excluded."""

    prefix: str = ""
    start: str = ""
    end: str = ""
    start_after: str = ""
    limit: int = MAX_PAGE
    delimiter: str = ""


@dataclass(frozen=True)
class ObjectPage:
    """A page: object names, prefixes (with a delimiter) and the name with which the next page starts."""

    names: tuple[str, ...]
    prefixes: tuple[str, ...]
    next_start_with: str | None


def object_page(sorted_names: Iterable[str], query: ListQuery) -> ObjectPage:
    """Return one page; objects and prefixes count alike towards `limit`."""
    names: list[str] = []
    prefixes: list[str] = []
    for name in sorted_names:
        if not _is_listed(name, query):
            continue
        prefix = _common_prefix(name, query)
        # Names are sorted, so all names of one prefix stand together, and the last prefix is the only one to compare.
        if prefix is not None and prefixes and prefixes[-1] == prefix:
            continue
        # nextStartWith is included in the next page, so a page ends only when another entry is known to follow.
        if len(names) + len(prefixes) == query.limit:
            return ObjectPage(tuple(names), tuple(prefixes), name)
        if prefix is None:
            names.append(name)
        else:
            prefixes.append(prefix)
    return ObjectPage(tuple(names), tuple(prefixes), None)


def _is_listed(name: str, query: ListQuery) -> bool:
    return (
        name.startswith(query.prefix)
        and name >= query.start
        and not (query.end and name >= query.end)
        and not (query.start_after and name <= query.start_after)
    )


def _common_prefix(name: str, query: ListQuery) -> str | None:
    if not query.delimiter:
        return None
    head, found, _ = name[len(query.prefix) :].partition(query.delimiter)
    return query.prefix + head + found if found else None
