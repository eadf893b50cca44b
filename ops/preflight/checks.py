"""The checks of `oci-functions preflight`: reads, each of them one row, and none keeps the next from being made."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ops import invoke
from ops.answers import CARD_FAILURE_ICON
from ops.identities import Identity, identity_credentials
from ops.preflight import links, outside
from ops.preflight import policies as preflight_policies
from ops.preflight.row import Outcome, Row
from shared.deadline import Deadline
from shared.errors import FunctionError
from shared.oci.clients import listed, make_client, oci_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PREFLIGHT_BODY = b'{"preflight": true}'
OWN_PREFLIGHT = ("adw-billing", "codecard-avatar", "oke-autoscaler")
"""Functions that try what they need themselves, with their own identity."""

CHECK_SECONDS = 30.0
"""For all requests that one check sends with one client, however slowly they are answered."""

_IMAGE = re.compile(r"[^/]+/[^/]+/(?P<name>.+)")


@dataclass(frozen=True, slots=True)
class Where:
    """What is checked: an app in a compartment; an empty ``region`` is the identity's, ``endpoint`` a local cloud."""

    compartment: str
    app: str = "oci-functions"
    region: str = ""
    endpoint: str = ""


class Preflight:
    """One run of all checks as ``identity``; each has ``check_seconds`` for its requests."""

    def __init__(self, where: Where, identity: Identity, check_seconds: float = CHECK_SECONDS) -> None:
        self._check_seconds = check_seconds
        self._where = where
        self._identity = identity
        self._signed_by = identity_credentials(identity)
        self._region = where.region or str(self._signed_by[0].get("region") or "")

    def rows(self) -> Iterator[Row]:
        """Yield every row, in the order of the table."""
        config, signer = self._signed_by
        tenancy = str(config.get("tenancy") or getattr(signer, "tenancy_id", ""))
        home, rows = self._credentials(tenancy)
        yield from rows
        functions: list[Any] = []
        yield from self._functions(functions)
        for function in functions:
            yield self._image(function)
        yield from self._policies(tenancy, functions)
        for function in functions:
            yield from self._buckets(function)
            yield from self._home_region(function, home)
        for function in functions:
            if function.display_name in OWN_PREFLIGHT:
                yield from self._own(function)
        yield from self._gateway()

    def _credentials(self, tenancy: str) -> tuple[str, list[Row]]:
        """Return the home region (empty when unknown) and the row."""
        try:
            with oci_errors("identity"):
                regions = listed(self._client("identity").list_region_subscriptions(tenancy).data, "identity")
        except FunctionError as error:
            return "", [_failed("credentials", "identity", error)]
        home = next((each.region_name for each in regions if each.is_home_region), "")
        return home, [Row("credentials", "identity", "ok", f"tenancy …{tenancy[-8:]}, home region {home}")]

    def _functions(self, found: list[Any]) -> Iterator[Row]:
        """Yield the row of the app, and put its functions into ``found``."""
        client = self._client("functions_management")
        fix = "deploy the app, or name it with --app and its compartment with --compartment"
        try:
            with oci_errors("functions"):
                apps = client.list_applications(self._where.compartment, display_name=self._where.app).data
                if listed(apps, "functions"):
                    briefs = listed(client.list_functions(apps[0].id).data, "functions")
                    found.extend(client.get_function(each.id).data for each in briefs)
        except FunctionError as error:
            yield _failed("functions", "application", error)
            return
        names = ", ".join(each.display_name for each in found)
        outcome: Outcome = "ok" if found else "FAILED"
        yield Row("functions", "application", outcome, names or f"no functions in {self._where.app}", fix)

    def _image(self, function: Any) -> Row:  # noqa: ANN401  (the SDK's own objects)
        image = str(function.source_details.image)
        named = _IMAGE.fullmatch(image)
        fix = "push the image, then deploy again"
        if named is None:
            return Row("image", function.display_name, "unknown", f"{image} is in no registry of OCI", fix)
        try:
            with oci_errors("registry"):
                found = self._client("artifacts").list_container_images(
                    self._where.compartment, display_name=named["name"]
                )
        except FunctionError as error:
            return _failed("image", function.display_name, error)
        outcome: Outcome = "ok" if found.data.items else "FAILED"
        return Row("image", function.display_name, outcome, image, fix)

    def _policies(self, tenancy: str, functions: list[Any]) -> Iterator[Row]:
        from oci.pagination import list_call_get_all_results as every

        client = self._client("identity")
        try:
            with oci_errors("identity"):
                rules = {each.name: each.matching_rule for each in every(client.list_dynamic_groups, tenancy).data}
                compartments = dict.fromkeys((tenancy, self._where.compartment))
                policies = [each for where in compartments for each in every(client.list_policies, where).data]
        except FunctionError as error:
            yield _failed("policies", "statements", error)
            return
        statements = [text for policy in policies for text in policy.statements]
        for function in functions:
            rights = preflight_policies.needed(function.display_name, function.config or {})
            groups = preflight_policies.groups_of(function.id, function.compartment_id, rules)
            lacking = preflight_policies.missing(rights, groups, statements)
            detail = f"missing: {', '.join(map(str, lacking))}" if lacking else f"{len(rights)} rights"
            fix = "add the statement of deploy/terraform/policies.tf" if groups else "no dynamic group holds it"
            yield Row("policies", function.display_name, "FAILED" if lacking else "ok", detail, fix)

    def _buckets(self, function: Any) -> Iterator[Row]:  # noqa: ANN401
        """Whether the config's buckets are there, and whether its private objects are private."""
        config: dict[str, str] = function.config or {}
        for key in ("oss_bucket", "private_bucket"):
            named = outside.bucket_of(config.get(key, ""))
            if named:
                yield self._link(key, named) if named.is_link else self._bucket(key, named)
        yield from outside.private_objects(config)

    def _bucket(self, key: str, named: outside.NamedBucket) -> Row:
        region = _region_of_host(urlsplit(named.base).hostname or "") or self._region
        try:
            with oci_errors("object storage"):
                self._client("object_storage", region).get_bucket(named.namespace, named.bucket)
        except FunctionError as error:
            return _failed("bucket", named.bucket, error, f"is it in {region}, as {key} says?")
        return Row("bucket", named.bucket, "ok", f"in {region}")

    def _link(self, key: str, named: outside.NamedBucket) -> Row:
        """When the links of a bucket end, which the config's own URL does not tell."""
        region = _region_of_host(urlsplit(named.base).hostname or "") or self._region
        from oci.pagination import list_call_get_all_results

        try:
            with oci_errors("object storage"):
                client = self._client("object_storage", region)
                found = list_call_get_all_results(
                    client.list_preauthenticated_requests, named.namespace, named.bucket
                ).data
                return links.link_row(key, named.bucket, listed(found, "object storage"), datetime.now(UTC))
        except FunctionError as error:
            fix = f"let who asks manage buckets where target.bucket.name = '{named.bucket}', to be told when links end"
            return Row("bucket", f"link of {key}", "unknown", f"{error.reason}: {error.message}", fix)

    def _home_region(self, function: Any, home: str) -> Iterator[Row]:  # noqa: ANN401
        if function.display_name != "adw-billing" or not home:
            return
        asked = (function.config or {}).get("home_region") or self._region
        outcome: Outcome = "ok" if asked == home else "FAILED"
        yield Row("bucket", "usage reports", outcome, f"asked in {asked}", f"set home_region to {home}")

    def _own(self, function: Any) -> Iterator[Row]:  # noqa: ANN401
        """Yield the rows of a function's own preflight: database login, cluster token, RBAC."""
        where = self._where
        target = invoke.Target(function.id, region=self._region, endpoint=where.endpoint)
        try:
            answer = json.loads(invoke.call(target, self._identity, PREFLIGHT_BODY).body)
        except FunctionError as error:
            yield _failed(function.display_name, "call", error)
            return
        except ValueError:
            answer = {"error": {"reason": "answer", "message": "the answer is no JSON"}}
        yield from own_rows(function.display_name, answer)

    def _gateway(self) -> Iterator[Row]:
        try:
            with oci_errors("gateway"):
                deployments = self._client("apigateway").list_deployments(self._where.compartment).data.items
                listed(deployments, "gateway")
        except FunctionError as error:
            yield _failed("gateway", "deployment", error)
            return
        named = [each for each in deployments if each.display_name == self._where.app]
        if not named:
            yield Row("gateway", "deployment", "unknown", f"none is called {self._where.app}", "deploy the gateway")
        for each in named:
            outcome: Outcome = "ok" if each.lifecycle_state == "ACTIVE" else "FAILED"
            yield Row("gateway", "deployment", outcome, f"{each.endpoint} {each.lifecycle_state}")
            yield outside.route("/codecard/avatar", 200, "a card is answered", each.endpoint)
            yield outside.stock_cards(each.endpoint)
            yield outside.route("/request-context", 401, "a token is asked for", each.endpoint)
            yield self._token_keys(each.id)

    def _token_keys(self, deployment_id: str) -> Row:
        """Whether the gateway can fetch the keys by which it checks tokens."""
        try:
            with oci_errors("gateway"):
                found = self._client("apigateway").get_deployment(deployment_id).data.specification
        except FunctionError as error:
            return _failed("gateway", "token keys", error)
        authentication = found.request_policies and found.request_policies.authentication
        policy = getattr(authentication, "validation_policy", None)
        return outside.token_keys(getattr(policy, "uri", None) or "")

    def _client(self, service: str, region: str = "") -> Any:  # noqa: ANN401
        """Return a client for the requests of one check."""
        deadline = Deadline.after(self._check_seconds)
        region = region or self._region
        return make_client(service, self._signed_by, deadline, region=region, endpoint=self._where.endpoint)


def own_rows(function: str, answer: object) -> Iterator[Row]:
    """Yield the rows of ``{"preflight": {"checks": [{"name", "ok", "found" | "reason", "message", "fix"}, …]}}``.

    An ``{"error": …}`` is one row, and so are the failure that codecard-avatar shows on a card and the answer of a
    function that knows no preflight.
    """
    body = answer if isinstance(answer, dict) else {}
    error, own = body.get("error"), body.get("preflight")
    if isinstance(error, dict):
        yield _of_check(function, {**error, "name": "own preflight", "ok": False})
    elif isinstance(own, dict) and own.get("checks"):
        yield from (_of_check(function, check) for check in own["checks"])
    elif body.get("icon") == CARD_FAILURE_ICON:
        yield Row(function, "own preflight", "FAILED", f"{body.get('subtitle')}: {body.get('bodytext')}", "see its log")
    else:
        yield Row(function, "own preflight", "unknown", "the function has none: is its image old?", "deploy it again")


def _of_check(function: str, check: dict[str, Any]) -> Row:
    name = str(check.get("name"))
    if check.get("ok"):
        fix = str(check.get("fix", ""))
        return Row(function, name, "warning" if fix else "ok", str(check.get("found", "")), fix)
    return Row(
        function, name, "FAILED", f"{check.get('reason')}: {check.get('message', '')}", str(check.get("fix", ""))
    )


def _region_of_host(host: str) -> str:
    found = re.search(r"objectstorage\.([a-z0-9-]+)\.", host)
    return found[1] if found else ""


def _failed(area: str, check: str, error: FunctionError, fix: str = "") -> Row:
    return Row(area, check, "FAILED", f"{error.reason}: {error.message}", fix or error.advice)


def guarded(rows: Callable[[], Iterator[Row]]) -> Iterator[Row]:
    """Yield the rows; when the identity itself cannot be used, the last one says so."""
    try:
        yield from rows()
    except FunctionError as error:
        yield _failed("credentials", "identity", error)
