"""Who may use which bucket, and what a request says about region and page size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.base.service_protocol import not_authenticated, principal_of
from emulator.services.object_storage.object_rules import (
    MAX_PAGE,
    bucket_not_found,
    invalid_parameter,
    namespace_not_found,
)
from emulator.services.object_storage.stored_objects import BLING, BucketStore, StoredBucket

if TYPE_CHECKING:
    from aiohttp import web

DEFAULT_REGION = "us-ashburn-1"


class BucketAccess:
    """The rule: a tenancy's principals may use the buckets of their tenancy, anyone may read public ones.

    IAM policies inside a tenancy are not modelled; `denied` holds ids of principals that have no policy at all.
    """

    def __init__(self, store: BucketStore) -> None:
        self.region = DEFAULT_REGION
        self.denied: set[str] = set()
        self._store = store

    def reset(self) -> None:
        """Forget what tests have set."""
        self.region = DEFAULT_REGION
        self.denied.clear()

    def region_of(self, request: web.Request) -> str:
        """Return the region whose endpoint was called."""
        return request.match_info.get("region", self.region)

    def tenancy_of(self, request: web.Request) -> str:
        """Return the caller's tenancy. Raises OciError 401 for an anonymous request."""
        principal = principal_of(request)
        if principal is None:
            raise not_authenticated("The required information to complete authentication was not provided.")
        return principal.tenancy

    def check_own_namespace(self, request: web.Request) -> str:
        """Return the caller's tenancy if the namespace in the path is its own. Raises OciError 404."""
        tenancy = self.tenancy_of(request)
        if self._store.namespace_of(tenancy) != request.match_info["namespace"]:
            raise namespace_not_found()
        return tenancy

    def bucket(
        self, request: web.Request, *, writes: bool = False, lists: bool = False, needs_signature: bool = False
    ) -> StoredBucket:
        """Return the bucket in the path if the caller may use it. Raises OciError 404."""
        namespace, name = (request.match_info[key] for key in ("namespace", "bucket"))
        principal = principal_of(request)
        if namespace != BLING and namespace not in self._store.namespaces and principal is not None:
            self.check_own_namespace(request)
        bucket = self._store.bucket(namespace, name)
        if bucket.region != self.region_of(request):
            raise bucket_not_found(namespace, name)
        if principal is not None and principal.tenancy == bucket.tenancy and principal.id not in self.denied:
            if writes and bucket.read_only:
                raise bucket_not_found(namespace, name)
            return bucket
        if writes or needs_signature or not _is_public(bucket, lists=lists):
            raise bucket_not_found(namespace, name)
        return bucket

    @staticmethod
    def limit_of(request: web.Request) -> int:
        """Return the page size asked for. Raises OciError 400."""
        text = request.query.get("limit", str(MAX_PAGE))
        if not text.isdecimal() or not 1 <= int(text) <= MAX_PAGE:
            raise invalid_parameter("limit", f"a number from 1 to {MAX_PAGE}")
        return int(text)


def _is_public(bucket: StoredBucket, *, lists: bool) -> bool:
    if lists:
        return bucket.public_access_type == "ObjectRead"
    return bucket.public_access_type != "NoPublicAccess"
