"""Object storage: namespaces, buckets, objects and pre-authenticated requests, as the unchanged SDK calls them."""

from __future__ import annotations

import json
import time
import uuid
from typing import TYPE_CHECKING

from aiohttp import web

from emulator.base.service_protocol import OciError, json_response, principal_of, timestamp
from emulator.services.object_storage.bucket_access import BucketAccess
from emulator.services.object_storage.object_routes import ObjectRoutes
from emulator.services.object_storage.object_rules import invalid_parameter
from emulator.services.object_storage.par_routes import REFUSAL, ParRoutes, access_uri
from emulator.services.object_storage.stored_objects import (
    BLING,
    PUBLIC_ACCESS_TYPES,
    BucketStore,
    PreauthenticatedRequest,
    StoredBucket,
    StoredObject,
    new_token,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

LINK_SECONDS = 7 * 24 * 3600


class ObjectStorageService:
    """The service. `buckets` maps (namespace, name) to a bucket; tests may look and change there.

    `region` is the region that the plain endpoint plays. A bucket is found in its own region only, as in the cloud.
    """

    name = "object_storage"
    signed = True

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self.store = BucketStore(folder, clock)
        self.access = BucketAccess(self.store)
        self._objects = ObjectRoutes(self.store, self.access)
        self._pars = ParRoutes(self.store, self.access, self._objects)

    @property
    def buckets(self) -> dict[tuple[str, str], StoredBucket]:
        """Return the buckets by (namespace, name)."""
        return self.store.buckets

    @property
    def region(self) -> str:
        """Return the region that the plain endpoint plays."""
        return self.access.region

    @region.setter
    def region(self, region: str) -> None:
        self.access.region = region

    @property
    def public_endpoint(self) -> str:
        """Return the base URL that stands in the links of pre-authenticated requests."""
        return self._pars.public_endpoint

    @public_endpoint.setter
    def public_endpoint(self, url: str) -> None:
        self._pars.public_endpoint = url

    def refuse_links_with(self, status: int, code: str) -> None:
        """Answer so for links that are dead or unfit, until the next reset."""
        self._pars.refusal = (status, code)

    def reset(self) -> None:
        """Drop all buckets and objects."""
        self._pars.refusal = REFUSAL
        self.store.clear()
        self.access.reset()

    def namespace_of(self, tenancy: str) -> str:
        """Return the namespace of a tenancy."""
        return self.store.namespace_of(tenancy)

    def create_bucket(
        self,
        name: str,
        *,
        tenancy: str,
        public_access_type: str = "NoPublicAccess",
        region: str = "",
        compartment: str = "",
    ) -> StoredBucket:
        """Make a bucket in a tenancy's namespace without a request. Raises OciError."""
        bucket = StoredBucket(
            namespace=self.namespace_of(tenancy),
            name=name,
            tenancy=tenancy,
            compartment=compartment or tenancy,
            region=region or self.region,
            created_epoch_seconds=self.store.now(),
            public_access_type=public_access_type,
        )
        return self.store.add_bucket(bucket)

    def create_billing_bucket(self, tenancy: str, *, region: str = "") -> StoredBucket:
        """Make the read-only bucket of a tenancy's billing reports in the namespace `bling`. Raises OciError."""
        bucket = StoredBucket(
            namespace=BLING,
            name=tenancy,
            tenancy=tenancy,
            compartment=tenancy,
            region=region or self.region,
            created_epoch_seconds=self.store.now(),
            read_only=True,
        )
        return self.store.add_bucket(bucket)

    def put(self, bucket: StoredBucket, name: str, content: bytes | Path) -> StoredObject:
        """Store an object without a request."""
        return self.store.put(bucket, name, content)

    def create_link(
        self,
        bucket: StoredBucket,
        access_type: str,
        *,
        object_name: str | None = None,
        lists_objects: bool = False,
        lifetime_seconds: float = LINK_SECONDS,
    ) -> str:
        """Make a pre-authenticated request without a request; return its URL. A negative lifetime makes a dead one."""
        now = self.store.now()
        par = PreauthenticatedRequest(
            id=uuid.uuid4().hex,
            token=new_token(),
            name="link",
            access_type=access_type,
            object_name=object_name,
            lists_objects=lists_objects,
            created_epoch_seconds=now,
            expires_epoch_seconds=now + lifetime_seconds,
        )
        bucket.preauthenticated_requests[par.id] = par
        return self.public_endpoint + access_uri(bucket, par)

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the paths of the API that functions use."""
        buckets = "/n/{namespace}/b"
        return [
            web.get("/n", self._get_namespace),
            web.get("/n/", self._get_namespace),
            web.get(buckets, self._list_buckets),
            web.get(f"{buckets}/", self._list_buckets),
            web.post(buckets, self._create_bucket),
            web.post(f"{buckets}/", self._create_bucket),
            web.get(f"{buckets}/{{bucket}}", self._get_bucket),
            web.get(f"{buckets}/{{bucket}}/", self._get_bucket),
            web.delete(f"{buckets}/{{bucket}}", self._delete_bucket),
            web.delete(f"{buckets}/{{bucket}}/", self._delete_bucket),
            *self._objects.routes(),
            *self._pars.routes(),
        ]

    def allows_anonymous(self, request: web.Request) -> bool:
        """Let reads of objects and pre-authenticated links in: whether they may read is decided by bucket and link."""
        return "token" in request.match_info or ("bucket" in request.match_info and request.method in {"GET", "HEAD"})

    def streams_body(self, request: web.Request) -> bool:
        """Tell whether this is an object upload: its body is not covered by the signature, and is never in memory."""
        return request.method == "PUT" and "object" in request.match_info

    async def _get_namespace(self, request: web.Request) -> web.Response:
        tenancy = self.access.tenancy_of(request)
        wanted = request.query.get("compartmentId", tenancy)
        return json_response(self.namespace_of(wanted if wanted.startswith("ocid1.tenancy.") else tenancy))

    async def _create_bucket(self, request: web.Request) -> web.Response:
        details = await _details(request)
        namespace = request.match_info["namespace"]
        tenancy = self.access.check_own_namespace(request)
        name, compartment = (details.get(key) for key in ("name", "compartmentId"))
        if not isinstance(name, str) or not isinstance(compartment, str):
            raise invalid_parameter("body", "name and compartmentId are needed")
        public = str(details.get("publicAccessType") or "NoPublicAccess")
        if public not in PUBLIC_ACCESS_TYPES:
            raise invalid_parameter("publicAccessType", f"one of {', '.join(PUBLIC_ACCESS_TYPES)}")
        principal = principal_of(request)
        bucket = StoredBucket(
            namespace=namespace,
            name=name,
            tenancy=tenancy,
            compartment=compartment,
            region=self.access.region_of(request),
            created_epoch_seconds=self.store.now(),
            public_access_type=public,
            created_by=principal.id if principal else "",
            metadata=_mapping(details, "metadata"),
            freeform_tags=_mapping(details, "freeformTags"),
        )
        return _bucket_response(self.store.add_bucket(bucket))

    async def _list_buckets(self, request: web.Request) -> web.Response:
        self.access.check_own_namespace(request)
        compartment = request.query.get("compartmentId")
        if not compartment:
            raise invalid_parameter("compartmentId", "is needed")
        region = self.access.region_of(request)
        namespace = request.match_info["namespace"]
        found = [
            bucket
            for bucket in self.buckets.values()
            if (bucket.namespace, bucket.compartment, bucket.region) == (namespace, compartment, region)
        ]
        found.sort(key=lambda bucket: bucket.name)
        start = request.query.get("page", "")
        rest = [bucket for bucket in found if bucket.name >= start]
        limit = self.access.limit_of(request)
        headers = {"opc-next-page": rest[limit].name} if len(rest) > limit else {}
        keys = ("namespace", "name", "compartmentId", "createdBy", "timeCreated", "etag", "freeformTags")
        summaries = [{key: _bucket_json(bucket)[key] for key in keys} for bucket in rest[:limit]]
        return json_response(summaries, headers=headers)

    async def _get_bucket(self, request: web.Request) -> web.Response:
        return _bucket_response(self.access.bucket(request, needs_signature=True))

    async def _delete_bucket(self, request: web.Request) -> web.Response:
        bucket = self.access.bucket(request, writes=True)
        wanted = request.headers.get("if-match")
        if wanted not in {None, bucket.etag}:
            raise OciError(412, "IfMatchFailed", "The bucket's etag is not the one in if-match.")
        self.store.remove_bucket(bucket)
        return web.Response(status=204)


async def _details(request: web.Request) -> dict[str, object]:
    """Return the JSON object in the request's body. Raises OciError 400."""
    try:
        details = json.loads(await request.read())
    except ValueError as error:
        raise OciError(400, "InvalidJSON", "The body is not JSON.") from error
    if not isinstance(details, dict):
        raise OciError(400, "InvalidJSON", "The body is not a JSON object.")
    return details


def _mapping(details: dict[str, object], key: str) -> dict[str, str]:
    value = details.get(key) or {}
    return {str(name): str(text) for name, text in value.items()} if isinstance(value, dict) else {}


def _bucket_response(bucket: StoredBucket) -> web.Response:
    return json_response(_bucket_json(bucket), headers={"etag": bucket.etag})


def _bucket_json(bucket: StoredBucket) -> dict[str, object]:
    """Return a bucket in the API's shape (oci/object_storage/models/bucket.py)."""
    return {
        "id": bucket.id,
        "namespace": bucket.namespace,
        "name": bucket.name,
        "compartmentId": bucket.compartment,
        "createdBy": bucket.created_by,
        "timeCreated": timestamp(bucket.created_epoch_seconds),
        "etag": bucket.etag,
        "metadata": dict(bucket.metadata),
        "publicAccessType": bucket.public_access_type,
        "storageTier": bucket.storage_tier,
        "versioning": bucket.versioning,
        "freeformTags": dict(bucket.freeform_tags),
        "definedTags": dict(bucket.defined_tags),
        "objectEventsEnabled": False,
        "replicationEnabled": False,
        "isReadOnly": bucket.read_only,
        "autoTiering": "Disabled",
        "approximateCount": len(bucket.objects),
        "approximateSize": sum(stored.size for stored in list(bucket.objects.values())),
    }
