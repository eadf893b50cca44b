"""Pre-authenticated requests: made and listed through the API, used without a signature.

Source: https://docs.oracle.com/en-us/iaas/Content/Object/Tasks/usingpreauthenticatedrequests.htm
What the service answers for a dead or unfit link is not documented there; 404 without a hint is our choice, and
`refusal` is another one.
"""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from aiohttp import web

from emulator.base.service_protocol import OciError, json_response, timestamp
from emulator.services.object_storage.object_rules import check_object_name, invalid_parameter
from emulator.services.object_storage.stored_objects import (
    BucketStore,
    PreauthenticatedRequest,
    StoredBucket,
    new_token,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emulator.services.object_storage.bucket_access import BucketAccess
    from emulator.services.object_storage.object_routes import ObjectRoutes

REFUSAL = (404, "NotAuthorizedOrNotFound")
"""Status and code for a link that is not served, whatever is wrong with it."""

_ONE_OBJECT = ("ObjectRead", "ObjectWrite", "ObjectReadWrite")
_ANY_OBJECT = ("AnyObjectRead", "AnyObjectWrite", "AnyObjectReadWrite")


class ParRoutes:
    """The handlers below `/n/…/b/…/p` (management) and `/p/<token>/…` (use)."""

    def __init__(self, store: BucketStore, access: BucketAccess, objects: ObjectRoutes) -> None:
        self.public_endpoint = ""
        self.refusal = REFUSAL
        self._store = store
        self._access = access
        self._objects = objects

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the paths."""
        every = "/n/{namespace}/b/{bucket}/p"
        one = every + "/{par:.+}"
        used = "/p/{token}/n/{namespace}/b/{bucket}/o"
        return [
            web.post(every, self._create),
            web.post(f"{every}/", self._create),
            web.get(every, self._list),
            web.get(f"{every}/", self._list),
            web.get(one, self._get),
            web.delete(one, self._delete),
            web.get(used, self._use_list),
            web.get(f"{used}/", self._use_list),
            web.get(used + "/{object:(?s:.+)}", self._use_get, allow_head=True),
            web.put(used + "/{object:(?s:.+)}", self._use_put),
        ]

    async def _create(self, request: web.Request) -> web.Response:
        bucket = self._access.bucket(request, writes=True)
        try:
            details = json.loads(await request.read())
        except ValueError as error:
            raise OciError(400, "InvalidJSON", "The body is not JSON.") from error
        par = self.parse(details if isinstance(details, dict) else {})
        bucket.preauthenticated_requests[par.id] = par
        return json_response(self._full(bucket, par))

    def parse(self, details: dict[str, object]) -> PreauthenticatedRequest:
        """Return a new link from the API's details. Raises OciError 400."""
        access_type = str(details.get("accessType"))
        if access_type not in _ONE_OBJECT + _ANY_OBJECT:
            raise invalid_parameter("accessType", f"one of {', '.join(_ONE_OBJECT + _ANY_OBJECT)}")
        object_name = details.get("objectName")
        if access_type in _ONE_OBJECT:
            check_object_name(str(object_name or ""))
        if not details.get("name"):
            raise invalid_parameter("name", "is needed")
        expires = _epoch_seconds(str(details.get("timeExpires")))
        if expires <= self._store.now():
            raise invalid_parameter("timeExpires", "lies in the past")
        return PreauthenticatedRequest(
            id=f"{uuid.uuid4().hex}:{object_name or ''}",
            token=new_token(),
            name=str(details["name"]),
            access_type=access_type,
            object_name=str(object_name) if object_name else None,
            lists_objects=details.get("bucketListingAction") == "ListObjects" and access_type in _ANY_OBJECT,
            created_epoch_seconds=self._store.now(),
            expires_epoch_seconds=expires,
        )

    async def _list(self, request: web.Request) -> web.Response:
        bucket = self._access.bucket(request, needs_signature=True)
        prefix = request.query.get("objectNamePrefix", "")
        found = [par for par in bucket.preauthenticated_requests.values() if (par.object_name or "").startswith(prefix)]
        return json_response([_summary(par) for par in found])

    async def _get(self, request: web.Request) -> web.Response:
        bucket = self._access.bucket(request, needs_signature=True)
        return json_response(_summary(_find(bucket, request.match_info["par"])))

    async def _delete(self, request: web.Request) -> web.Response:
        bucket = self._access.bucket(request, writes=True)
        del bucket.preauthenticated_requests[_find(bucket, request.match_info["par"]).id]
        return web.Response(status=204)

    async def _use_list(self, request: web.Request) -> web.Response:
        bucket, par = self._opened(request)
        prefix = request.query.get("prefix", "")
        if not par.lists_objects or not prefix.startswith(par.object_name or ""):
            raise self._refused()
        return self._objects.serve_list(request, bucket)

    async def _use_get(self, request: web.Request) -> web.StreamResponse:
        return self._objects.serve_get(request, self._opened_for_object(request))

    async def _use_put(self, request: web.Request) -> web.Response:
        return await self._objects.serve_put(request, self._opened_for_object(request))

    def _opened(self, request: web.Request) -> tuple[StoredBucket, PreauthenticatedRequest]:
        """Return bucket and link of a token. Raises OciError 404 whatever is wrong with it."""
        parts = request.match_info
        bucket = self._store.buckets.get((parts["namespace"], parts["bucket"]))
        if bucket is None or bucket.region != self._access.region_of(request):
            raise self._refused()
        for par in bucket.preauthenticated_requests.values():
            if par.token == parts["token"] and par.expires_epoch_seconds > self._store.now():
                return bucket, par
        raise self._refused()

    def _opened_for_object(self, request: web.Request) -> StoredBucket:
        bucket, par = self._opened(request)
        method = "GET" if request.method == "HEAD" else request.method
        if not par.allows(method, request.match_info["object"]):
            raise self._refused()
        return bucket

    def _refused(self) -> OciError:
        return OciError(*self.refusal, "Authorization failed or requested resource not found.")

    def _full(self, bucket: StoredBucket, par: PreauthenticatedRequest) -> dict[str, object]:
        """Return the answer of a creation, the only one that shows the link itself."""
        uri = access_uri(bucket, par)
        return {**_summary(par), "accessUri": uri, "fullPath": self.public_endpoint + uri}


def access_uri(bucket: StoredBucket, par: PreauthenticatedRequest) -> str:
    """Return the path of a link: of one object, or of the bucket's objects for the access types `AnyObject…`."""
    uri = f"/p/{par.token}/n/{bucket.namespace}/b/{bucket.name}/o/"
    return uri if par.access_type.startswith("Any") else uri + quote(par.object_name or "", safe="/")


def _find(bucket: StoredBucket, par_id: str) -> PreauthenticatedRequest:
    try:
        return bucket.preauthenticated_requests[par_id]
    except KeyError as error:
        raise OciError(404, "PARNotFound", "There is no such pre-authenticated request in this bucket.") from error


def _summary(par: PreauthenticatedRequest) -> dict[str, object]:
    return {
        "id": par.id,
        "name": par.name,
        "objectName": par.object_name,
        "accessType": par.access_type,
        "bucketListingAction": "ListObjects" if par.lists_objects else "Deny",
        "timeCreated": timestamp(par.created_epoch_seconds),
        "timeExpires": timestamp(par.expires_epoch_seconds),
    }


def _epoch_seconds(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid_parameter("timeExpires", "a time as in RFC 3339 is needed") from error
    if moment.tzinfo is None:
        raise invalid_parameter("timeExpires", "a time zone is needed")
    return moment.timestamp()
