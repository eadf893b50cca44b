"""What object storage holds: buckets and their objects in memory, the objects' bytes in files."""

from __future__ import annotations

import base64
import bisect
import hashlib
import secrets
import shutil
import threading
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.base.service_protocol import OciError
from emulator.services.object_storage.object_rules import (
    bucket_not_found,
    check_bucket_name,
    check_object_name,
    object_not_found,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BLING = "bling"
"""The namespace of billing reports; a bucket in it has the OCID of the tenancy that may read it.

Source: https://docs.oracle.com/en-us/iaas/Content/Billing/Concepts/costusagereportsoverview.htm
"""

PUBLIC_ACCESS_TYPES = ("NoPublicAccess", "ObjectRead", "ObjectReadWithoutList")


@dataclass(frozen=True)
class StoredObject:
    """One object: `file` holds its bytes, `md5` is base64, `headers` are content-encoding, opc-meta-… and the like."""

    name: str
    file: Path
    size: int
    md5: str
    etag: str
    content_type: str
    created_epoch_seconds: float
    modified_epoch_seconds: float
    headers: Mapping[str, str] = field(default_factory=dict)
    storage_tier: str = "Standard"

    def read(self) -> bytes:
        """Return the whole content, for tests with small objects."""
        return self.file.read_bytes()


@dataclass(frozen=True)
class PreauthenticatedRequest:
    """A link that needs no signature. `object_name` is the object, or a prefix for the access types `AnyObject…`."""

    id: str
    token: str
    name: str
    access_type: str
    object_name: str | None
    lists_objects: bool
    created_epoch_seconds: float
    expires_epoch_seconds: float

    def allows(self, method: str, object_name: str) -> bool:
        """Tell whether the link serves this method on this object."""
        right = "Write" if method == "PUT" else "Read"
        if right not in self.access_type:
            return False
        if self.access_type.startswith("AnyObject"):
            return object_name.startswith(self.object_name or "")
        return object_name == self.object_name


@dataclass
class StoredBucket:
    """A bucket; `tenancy` is the one whose principals may use it, `read_only` refuses their writes."""

    namespace: str
    name: str
    tenancy: str
    compartment: str
    region: str
    created_epoch_seconds: float
    public_access_type: str = "NoPublicAccess"
    created_by: str = ""
    storage_tier: str = "Standard"
    versioning: str = "Disabled"
    metadata: Mapping[str, str] = field(default_factory=dict)
    freeform_tags: Mapping[str, str] = field(default_factory=dict)
    defined_tags: Mapping[str, object] = field(default_factory=dict)
    read_only: bool = False
    id: str = field(default_factory=lambda: f"ocid1.bucket.oc1.iad.aaaaaaaa{uuid.uuid4().hex}")
    etag: str = field(default_factory=lambda: str(uuid.uuid4()))
    objects: dict[str, StoredObject] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    preauthenticated_requests: dict[str, PreauthenticatedRequest] = field(default_factory=dict)

    def find(self, name: str) -> StoredObject:
        """Return an object. Raises OciError 404 ObjectNotFound."""
        try:
            return self.objects[name]
        except KeyError as error:
            raise object_not_found(self.namespace, self.name, name) from error


class BucketStore:
    """Buckets by (namespace, name); thread-safe, so that tests may change it while the cloud serves."""

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self.buckets: dict[tuple[str, str], StoredBucket] = {}
        self.namespaces: dict[str, str] = {}
        self._folder = folder
        self._clock = clock
        self._lock = threading.RLock()
        self.clear()

    def clear(self) -> None:
        """Drop everything, files included."""
        with self._lock:
            self.buckets.clear()
            self.namespaces.clear()
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True)

    def now(self) -> float:
        """Return the time in epoch seconds."""
        return self._clock()

    def namespace_of(self, tenancy: str) -> str:
        """Return a tenancy's namespace: twelve lower-case letters and digits, the same in every run."""
        namespace = "ns" + hashlib.sha256(tenancy.encode()).hexdigest()[:10]
        self.namespaces.setdefault(namespace, tenancy)
        return next(name for name, owner in self.namespaces.items() if owner == tenancy)

    def add_bucket(self, bucket: StoredBucket) -> StoredBucket:
        """Add a bucket. Raises OciError 400 for its name and 409 when it exists."""
        check_bucket_name(bucket.name)
        key = (bucket.namespace, bucket.name)
        with self._lock:
            if key in self.buckets:
                raise OciError(409, "BucketAlreadyExists", f"The bucket '{bucket.name}' exists in this namespace.")
            self.buckets[key] = bucket
        return bucket

    def bucket(self, namespace: str, name: str) -> StoredBucket:
        """Return a bucket, whoever asks. Raises OciError 404 BucketNotFound."""
        try:
            return self.buckets[namespace, name]
        except KeyError as error:
            raise bucket_not_found(namespace, name) from error

    def remove_bucket(self, bucket: StoredBucket) -> None:
        """Remove an empty bucket. Raises OciError 409."""
        with self._lock:
            if bucket.objects:
                raise OciError(409, "BucketNotEmpty", f"Bucket named '{bucket.name}' is not empty. Delete its objects.")
            del self.buckets[bucket.namespace, bucket.name]

    def new_file(self) -> Path:
        """Return a path for an object's bytes; names of users never become paths."""
        return self._folder / uuid.uuid4().hex

    def commit(
        self,
        bucket: StoredBucket,
        name: str,
        file: Path,
        *,
        md5: bytes,
        content_type: str = "application/octet-stream",
        headers: Mapping[str, str] | None = None,
    ) -> StoredObject:
        """Make a written file the content of an object, replacing an older one; return the object."""
        now = self.now()
        with self._lock:
            old = bucket.objects.get(name)
            stored = StoredObject(
                name=name,
                file=file,
                size=file.stat().st_size,
                md5=base64.b64encode(md5).decode(),
                etag=str(uuid.uuid4()),
                content_type=content_type,
                created_epoch_seconds=now,
                modified_epoch_seconds=now,
                headers=dict(headers or {}),
            )
            bucket.objects[name] = stored
            if old is None:
                bisect.insort(bucket.names, name)
            else:
                old.file.unlink(missing_ok=True)
        return stored

    def put(self, bucket: StoredBucket, name: str, content: bytes | Path) -> StoredObject:
        """Store an object from bytes or by copying a file, as a test's or a generator's short way in."""
        check_object_name(name)
        file = self.new_file()
        if isinstance(content, Path):
            shutil.copyfile(content, file)
        else:
            file.write_bytes(content)
        with file.open("rb") as written:
            digest = hashlib.file_digest(written, lambda: hashlib.md5(usedforsecurity=False)).digest()
        return self.commit(bucket, name, file, md5=digest)

    def delete(self, bucket: StoredBucket, name: str) -> None:
        """Delete an object. Raises OciError 404."""
        with self._lock:
            bucket.find(name).file.unlink(missing_ok=True)
            del bucket.objects[name]
            del bucket.names[bisect.bisect_left(bucket.names, name)]

    def names(self, bucket: StoredBucket) -> list[str]:
        """Return the names in order, as they are at this moment."""
        with self._lock:
            return list(bucket.names)


def new_token() -> str:
    """Return a token for a pre-authenticated request."""
    return secrets.token_urlsafe(48)
