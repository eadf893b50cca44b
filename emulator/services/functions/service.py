"""The Functions service: what is deployed, and signed invocation of it.

`oci fn function invoke` and the SDKs first read the function (management endpoint) and then post to the
`invokeEndpoint` that it names; both are served here, the second below a region's prefix, so that a client which does
not follow the answer is seen in the request log. Sources:
https://docs.oracle.com/en-us/iaas/api/#/en/functions/20181201/Function/InvokeFunction and the models of the SDK
2.189.0, whose clients ask for version 20260325; both versions are answered.
"""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING

from aiohttp import web

from emulator.base.service_protocol import OciError, SignedPrincipal, json_response, principal_of, timestamp
from emulator.services.identity.service import DEFAULT_COMPARTMENT, DEFAULT_REGION, DEFAULT_TENANCY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from emulator.fn_server.fn_answers import FnAnswer, Headers
    from emulator.fn_server.function_folders import FunctionFolder
    from emulator.fn_server.host import FunctionHost

VERSIONS = ("20181201", "20260325")
"""Of the API: the published one, and the one of the SDK 2.189.0."""

BODY_BYTES = 6 * 1024 * 1024
"""Limit of a request's body: https://docs.oracle.com/en-us/iaas/Content/Functions/Concepts/functionslimits.htm"""

_CODES = {
    "function failed": "FunctionInvokeExecutionFailed",
    "error receiving function response": "FunctionInvokeExecutionFailed",
    "invalid function response": "FunctionInvokeExecutionFailed",
    "Timed out": "FunctionInvokeExecutionTimeout",
    "Container failed to initialize, please ensure you are using the latest fdk / format": (
        "FunctionInvokeContainerInitFail"
    ),
    "Container initialization timed out, please ensure you are using the latest fdk / format": (
        "FunctionInvokeContainerInitTimeout"
    ),
}
"""OCI's code for each message of Fn's agent:
https://docs.oracle.com/en-us/iaas/Content/Functions/Tasks/functionstroubleshooting.htm"""

_NOT_FOUND = "Authorization failed or requested resource not found."
_PASSED_HEADERS = frozenset({"content-type", "fn-intent", "fn-invoke-type", "opc-request-id"})


class FunctionsService:
    """Serves one app's functions; `host` gives them (the function server starts after the services).

    Whoever signs belongs to the functions' tenancy, or gets a 404 as in OCI. `images` maps a function to the image it
    was deployed with; a function that has none is deployed under its own name.
    """

    name = "functions"
    signed = True

    def __init__(self, host: Callable[[], FunctionHost]) -> None:
        self._host = host
        self.images: dict[str, str] = {}

    def reset(self) -> None:
        """Forget the images."""
        self.images.clear()

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the management paths and the invocation, in every version of the API."""
        for version in VERSIONS:
            yield web.get(f"/{version}/applications", self._list_applications)
            yield web.get(f"/{version}/applications/{{id}}", self._get_application)
            yield web.get(f"/{version}/functions", self._list_functions)
            yield web.get(f"/{version}/functions/{{id}}", self._get_function)
            yield web.post(f"/{version}/functions/{{id}}/actions/invoke", self._invoke)

    async def _list_applications(self, request: web.Request) -> web.Response:
        _require_tenancy(request)
        compartment = request.query.get("compartmentId", "")
        wanted = request.query.get("displayName", self._host().app)
        shown = compartment == DEFAULT_COMPARTMENT and wanted == self._host().app
        return json_response([self._application()] if shown else [])

    async def _get_application(self, request: web.Request) -> web.Response:
        _require_tenancy(request)
        if request.match_info["id"] != self.application_id:
            raise OciError(404, "NotAuthorizedOrNotFound", _NOT_FOUND)
        return json_response(self._application())

    async def _list_functions(self, request: web.Request) -> web.Response:
        _require_tenancy(request)
        if request.query.get("applicationId") != self.application_id:
            raise OciError(404, "NotAuthorizedOrNotFound", _NOT_FOUND)
        named = request.query.get("displayName")
        functions = [each for each in self._host().functions.values() if named in {None, each.name}]
        return json_response([self._function(each, request) for each in functions])

    async def _get_function(self, request: web.Request) -> web.Response:
        return json_response(self._function(self._find(request), request), headers={"etag": "1"})

    async def _invoke(self, request: web.Request) -> web.Response:
        """Run the function; status, headers and body as OCI's own (Fn's raw headers pass, errors get OCI's codes)."""
        function = self._find(request)
        body = await request.read()
        if len(body) > BODY_BYTES:
            raise OciError(413, "RequestEntityTooLarge", "The request body is over 6291456 bytes.")
        headers = _to_agent(request)
        if request.headers.get("is-dry-run", "").lower() == "true":
            return web.Response()
        if request.headers.get("fn-invoke-type", "sync") == "detached":
            self._host().detach(function.name, headers, body)
            return web.Response(status=202)
        return _from_agent(await self._host().call(function.name, headers, body))

    @property
    def application_id(self) -> str:
        """Return the app's OCID, as functions see it in FN_APP_ID."""
        return f"ocid1.fnapp.oc1..{self._host().app}"

    def _find(self, request: web.Request) -> FunctionFolder:
        _require_tenancy(request)
        name = request.match_info["id"].removeprefix("ocid1.fnfunc.oc1..")
        function = self._host().functions.get(name)
        if function is None or not request.match_info["id"].startswith("ocid1.fnfunc."):
            raise OciError(404, "NotAuthorizedOrNotFound", _NOT_FOUND)
        return function

    def _application(self) -> dict[str, object]:
        return {
            "id": self.application_id,
            "displayName": self._host().app,
            "compartmentId": DEFAULT_COMPARTMENT,
            "lifecycleState": "ACTIVE",
            "shape": "GENERIC_X86",
            "subnetIds": ["ocid1.subnet.oc1.iad.local"],
            "config": {},
            "timeCreated": timestamp(time.time()),
        }

    def _function(self, function: FunctionFolder, request: web.Request) -> dict[str, object]:
        image = self.images.get(function.name, f"local/{function.name}:latest")
        digest = f"sha256:{hashlib.sha256(image.encode()).hexdigest()}"
        return {
            "id": f"ocid1.fnfunc.oc1..{function.name}",
            "displayName": function.name,
            "applicationId": self.application_id,
            "compartmentId": DEFAULT_COMPARTMENT,
            "lifecycleState": "ACTIVE",
            "image": image,
            "imageDigest": digest,
            "sourceDetails": {"sourceType": "CONTAINER_IMAGE", "image": image, "imageDigest": digest},
            "memoryInMBs": function.memory_mb,
            "timeoutInSeconds": function.timeout_seconds,
            "config": {**function.config, **self._host().config.get(function.name, {})},
            "invokeEndpoint": f"{request.scheme}://{request.host}/region/{DEFAULT_REGION}",
            "timeCreated": timestamp(time.time()),
        }


def _require_tenancy(request: web.Request) -> None:
    principal = principal_of(request)
    if not isinstance(principal, SignedPrincipal) or principal.tenancy != DEFAULT_TENANCY:
        raise OciError(404, "NotAuthorizedOrNotFound", _NOT_FOUND)


def _to_agent(request: web.Request) -> Headers:
    headers = [(name, value) for name, value in request.headers.items() if name.lower() in _PASSED_HEADERS]
    if "content-type" not in request.headers:
        headers.append(("Content-Type", "application/octet-stream"))
    return headers


def _from_agent(answer: FnAnswer) -> web.Response:
    if answer.status != 200:
        message = str(json.loads(answer.body)["message"])
        raise OciError(answer.status, _CODES.get(message, "InternalServerError"), message)
    kept = {
        name: value
        for name, value in answer.headers
        if name.lower() not in {"content-length", "transfer-encoding", "connection", "date", "server"}
    }
    return web.Response(status=200, headers=kept, body=answer.body)
