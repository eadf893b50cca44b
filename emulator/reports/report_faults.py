"""What can be wrong with a report: broken content in the bucket, and answers that are slow, missing or refused.

Late, split and re-published reports are content, see `billing_history.BillingHistory`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.base.faults import ArmedFault, Faults
    from emulator.services.object_storage.service import ObjectStorageService
    from emulator.services.object_storage.stored_objects import StoredBucket

_SERVICE = "object_storage"


def truncate(storage: ObjectStorageService, bucket: StoredBucket, name: str, *, keep_bytes: int) -> None:
    """Publish an object again with only its first bytes. Raises OciError 404 for an unknown name."""
    storage.put(bucket, name, bucket.find(name).read()[:keep_bytes])


def flip_bit(storage: ObjectStorageService, bucket: StoredBucket, name: str, *, bit: int) -> None:
    """Publish an object again with one bit changed (`bit` counts from the first byte's lowest). Raises OciError 404."""
    content = bytearray(bucket.find(name).read())
    content[bit // 8] ^= 1 << bit % 8
    storage.put(bucket, name, bytes(content))


def cut_download(faults: Faults, name: str, *, after_bytes: int, times: int | None = 1) -> ArmedFault:
    """Close the connection in the middle of a download, with the full length announced."""
    return faults.add(service=_SERVICE, method="GET", path=_path(name), truncate_bytes=after_bytes, times=times)


def slow(faults: Faults, name: str, *, bytes_per_second: float, times: int | None = None) -> ArmedFault:
    """Send an object slowly."""
    return faults.add(service=_SERVICE, method="GET", path=_path(name), bytes_per_second=bytes_per_second, times=times)


def missing_object(faults: Faults, name: str, *, times: int | None = None) -> ArmedFault:
    """Answer 404 for an object that the listing still shows, as it happens when its retention ends."""
    return faults.add(
        service=_SERVICE,
        path=_path(name),
        status=404,
        code="ObjectNotFound",
        message=f"The object '{name}' was not found.",
        times=times,
    )


def too_many_requests(faults: Faults, *, path: str = "^/", times: int = 1, skip: int = 0) -> ArmedFault:
    """Answer 429 to the next requests whose path fits the regular expression."""
    return faults.add(
        service=_SERVICE,
        path=path,
        status=429,
        code="TooManyRequests",
        message="Too many requests for the tenancy.",
        times=times,
        skip=skip,
    )


def _path(name: str) -> str:
    return re.escape("/o/" + name) + "$"
