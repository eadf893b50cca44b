"""The API server as a service of the local cloud, alone on a TLS port."""

from __future__ import annotations

import gzip
import json
import threading
import uuid
from email.utils import formatdate
from typing import TYPE_CHECKING, cast

from aiohttp import web

from emulator.base.service_protocol import SignedPrincipal, json_response
from emulator.kubernetes.kinds import POD
from emulator.kubernetes.paging import Pager
from emulator.kubernetes.rbac import AccessControl, Permission, User
from emulator.kubernetes.reading import read_list, read_one
from emulator.kubernetes.request_target import RequestTarget, parse_path
from emulator.kubernetes.status import StatusError, bad_request
from emulator.kubernetes.store import Stored
from emulator.kubernetes.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from emulator.kubernetes.bearer_tokens import Authenticator
    from emulator.kubernetes.object_fields import Object
    from emulator.kubernetes.store import Store

_USER = web.RequestKey("user", User)
_SUCCESS = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
_GZIP_FROM_BYTES = 128 * 1024
"""Answers from this size on are compressed for clients that take it, as the real server does."""


class ApiServer:
    """Answers requests from a store.

    `settle` lets the cluster around the store catch up with its clock; it is called under `lock`, before each request
    is answered and after each write. `Date` in the answers is the cluster's clock, not the machine's.
    """

    name = "kubernetes"
    error = StatusError

    def __init__(
        self,
        store: Store,
        authenticator: Authenticator,
        *,
        clock: Callable[[], float],
        lock: threading.RLock,
        settle: Callable[[], None],
    ) -> None:
        self.port = 0
        self.ca_pem = b""
        self.authenticator = authenticator
        self.access = AccessControl(store)
        self.pager = Pager(clock)
        self.compresses = True
        self._store = store
        self._writer = Writer(store, clock)
        self._clock = clock
        self._lock = lock
        self._settle = settle

    @property
    def address(self) -> str:
        """Return host and port."""
        return f"127.0.0.1:{self.port}"

    def listens(self, port: int, ca_pem: bytes) -> None:
        """Learn the port and the certificate of the authority that signed the server's."""
        self.port = port
        self.ca_pem = ca_pem

    def routes(self) -> Iterable[web.RouteDef]:
        """Return one route for everything: resources are found by `parse_path`."""
        return [
            web.get("/version", self._version),
            web.get("/readyz", self._ready),
            web.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", self._who_am_i),
            web.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", self._may_i),
            web.route("*", "/{path:.*}", self._answer),
        ]

    def headers(self) -> Mapping[str, str]:
        """Return what every answer carries."""
        date = formatdate(self._clock(), usegmt=True)
        return {"Date": date, "Audit-Id": str(uuid.uuid4()), "Cache-Control": "no-cache, private"}

    async def authenticate(self, request: web.Request) -> SignedPrincipal:
        """Find out who calls. Raises StatusError 401."""
        user = self.authenticator.user_of(request.headers.get("authorization", ""))
        request[_USER] = user
        return SignedPrincipal("kubernetes", user.name, "")

    def reset(self) -> None:
        """Forget accounts, open lists and what was used."""
        self.authenticator.clear()
        self.pager.clear()
        self.pager.lifetime_seconds = Pager(self._clock).lifetime_seconds
        self.access.used.clear()
        self.compresses = True

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        target = parse_path(request.path)
        access = target.access(request.method)
        body = await request.read()
        # Settled before, so that the answer shows what was due by now; and after, so that the next reader, a test
        # included, sees what the controllers make of this write.
        with self._lock:
            self._settle()
            self._authorize(request[_USER], access)
            answer = self._read(request, target) if request.method == "GET" else self._write(request, target, body)
            self._settle()
        return answer

    def _authorize(self, user: User, access: Permission) -> None:
        if self.access.allows(user, access):
            return
        where = f'in the namespace "{access.namespace}"' if access.namespace else "at the cluster scope"
        what = f'resource "{access.resource}" in API group "{access.group}"'
        named = f' "{access.name}"' if access.name else ""
        plural = access.resource.partition("/")[0] + (f".{access.group}" if access.group else "")
        message = f'{plural}{named} is forbidden: User "{user.name}" cannot {access.verb} {what} {where}'
        details = {"name": access.name, "group": access.group, "kind": access.resource.partition("/")[0]}
        raise StatusError(403, message=message, details=details)

    def _read(self, request: web.Request, target: RequestTarget) -> web.Response:
        if target.subresource:
            raise StatusError(404, message="the server could not find the requested resource")
        if target.name:
            return self._json(request, read_one(self._store, target))
        return self._json(request, read_list(self._store, self.pager, target, request.query))

    def _write(self, request: web.Request, target: RequestTarget, body: bytes) -> web.Response:
        if target.subresource:
            return self._act(request, target, body)
        if request.method == "POST":
            if target.kind.namespaced and not target.namespace:
                raise StatusError(405, message="the server does not allow this method on the requested resource")
            return self._stored(self._writer.create(target, _decoded(body)), 201)
        if request.method == "PUT":
            stored, made = self._writer.update(target, _decoded(body))
            return self._stored(stored, 201 if made else 200)
        if request.method == "PATCH":
            return self._stored(self._writer.patch(target, request.content_type, _decoded(body)), 200)
        if not target.name:
            raise StatusError(405, message="this server does not delete collections")
        gone = self._writer.delete(target, _decoded(body) if body.strip() else {})
        if target.kind is POD:
            return self._stored(Stored(POD, gone), 200)
        details = {"name": target.name, "group": target.kind.group, "kind": target.kind.plural}
        return json_response({**_SUCCESS, "details": {**details, "uid": gone["metadata"]["uid"]}})

    def _act(self, request: web.Request, target: RequestTarget, body: bytes) -> web.Response:
        """Write to a subresource: only the eviction of a pod is one here."""
        if (target.kind, target.subresource, request.method) != (POD, "eviction", "POST"):
            raise StatusError(404, message="the server could not find the requested resource")
        self._writer.evict(target, _decoded(body))
        return json_response({**_SUCCESS, "code": 201}, status=201)

    def _json(self, request: web.Request, body: bytes) -> web.Response:
        headers = {}
        wants = "gzip" in request.headers.get("accept-encoding", "")
        if self.compresses and wants and len(body) >= _GZIP_FROM_BYTES:
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(body, compresslevel=1, mtime=0)
        return web.Response(body=body, content_type="application/json", headers=headers)

    @staticmethod
    def _stored(stored: Stored, status: int) -> web.Response:
        return web.Response(status=status, body=stored.whole, content_type="application/json")

    async def _version(self, _request: web.Request) -> web.Response:
        return json_response({"major": "1", "minor": "33", "gitVersion": "v1.33.1", "platform": "linux/amd64"})

    async def _ready(self, _request: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def _may_i(self, request: web.Request) -> web.Response:
        """Answer whether the caller may do one thing; anybody who is known may ask."""
        review = _decoded(await request.read())
        wanted = review["spec"]["resourceAttributes"]
        subresource = f"/{wanted['subresource']}" if wanted.get("subresource") else ""
        access = Permission(
            wanted["verb"],
            wanted.get("group", ""),
            wanted["resource"] + subresource,
            wanted.get("namespace", ""),
            wanted.get("name", ""),
        )
        with self._lock:
            allowed = self.access.would_allow(request[_USER], access)
        return json_response({**review, "status": {"allowed": allowed}}, status=201)

    async def _who_am_i(self, request: web.Request) -> web.Response:
        user = request[_USER]
        return json_response(
            {
                "kind": "SelfSubjectReview",
                "apiVersion": "authentication.k8s.io/v1",
                "metadata": {},
                "status": {"userInfo": {"username": user.name, "groups": list(user.groups)}},
            },
            status=201,
        )


def _decoded(body: bytes) -> Object:
    """Return a request's JSON object. Raises StatusError 400."""
    try:
        value = json.loads(body)
    except ValueError as error:
        raise bad_request(f"the object provided cannot be read: {error}") from None
    if not isinstance(value, dict):
        raise bad_request("an object is expected")
    return cast("Object", value)
