"""deploy/api-gateway.json as the local gateway serves it: every route, who may pass, what is refused."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests
from oci.apigateway import models

from emulator.functions_app import ROOT, gateway_document
from emulator.gateway.app import RateLimiter
from emulator.gateway.header_transformations import parse_transformations
from emulator.gateway.specification import parse_specification
from tests.support.small_functions import cloud_with
from tools import suite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emulator.cloud import Cloud

WHO = """
from fdk import response


def handler(ctx, data=None):
    return response.Response(ctx, response_data=f"{ctx.FnName()} {ctx.RequestURL()}")
"""
HEADERS = """
import json

from fdk import response


def handler(ctx, data=None):
    return response.Response(ctx, response_data=json.dumps([ctx.RequestURL(), ctx.HTTPHeaders()]))
"""
SUBJECT = "x-page-subject"
DOCUMENT = json.loads((ROOT / "deploy" / "api-gateway.json").read_text())
ROUTES = [(route, method) for route in DOCUMENT["routes"] for method in route["methods"]]
CARD = {"X-CODECARD-ID": "CC50E3CCBFFF"}
KINDS = {
    "authentication": models.TokenAuthenticationPolicy,
    "validationPolicy": models.TokenAuthenticationRemoteJWKSValidationPolicy,
    "backend": models.OracleFunctionBackend,
}
"""Where the SDK chooses a subclass by `type`."""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[Cloud]:
    names = dict.fromkeys(("adw-billing", "codecard-avatar", "oke-autoscaler", "request-context"), WHO)
    with cloud_with(tmp_path_factory.mktemp("gateway"), keys_folder, names) as (made, _):
        yield made


def send(cloud: Cloud, method: str, path: str, **arguments: Any) -> requests.Response:
    """Send a request; one that came too early for the rate limit is sent again."""
    while True:
        answer = requests.request(method, cloud.gateway + path, timeout=20, **arguments)
        if answer.status_code != 429:
            return answer
        time.sleep(0.2)


def bearer(cloud: Cloud, **claims: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {cloud.identity.mint_access_token(**claims)}"}


@pytest.mark.parametrize(("route", "method"), ROUTES, ids=lambda value: value if isinstance(value, str) else "")
def test_every_route_reaches_its_function(cloud: Cloud, route: dict[str, Any], method: str) -> None:
    path = route["path"].replace("{picture}", "joan.bmp").replace("{path*}", "a/b")
    answer = send(cloud, method, path + "?x=1", headers={**CARD, **bearer(cloud)})
    assert answer.status_code == 200
    body = f"{route['backend']['functionId'][2:-1]} {path}?x=1"
    assert answer.text == ("" if method == "HEAD" else body)
    assert answer.headers["Content-Length"] == str(len(body))


@pytest.mark.parametrize("route", DOCUMENT["routes"], ids=lambda route: route["path"])
def test_no_route_takes_another_method_and_none_answers_cors(cloud: Cloud, route: dict[str, Any]) -> None:
    path = route["path"].replace("{picture}", "joan.bmp").replace("{path*}", "a/b")
    assert send(cloud, "DELETE", path, headers=CARD).status_code == 405
    preflight = {"Origin": "https://example.com", "Access-Control-Request-Method": "POST"}
    answer = send(cloud, "OPTIONS", path, headers=preflight)
    assert answer.status_code == (401 if "OPTIONS" in route["methods"] else 405)  # a browser sends no token there
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


def test_a_card_needs_no_token_and_a_missing_id_is_the_functions_to_answer(cloud: Cloud) -> None:
    assert send(cloud, "POST", "/codecard/avatar", headers=CARD).status_code == 200
    assert send(cloud, "POST", "/codecard/avatar").status_code == 200


def test_a_person_needs_a_token_of_the_identity_domain(cloud: Cloud) -> None:
    refused = send(cloud, "GET", "/request-context")
    assert (refused.status_code, refused.json()) == (401, {"code": 401, "message": "Unauthorized"})
    assert send(cloud, "GET", "/request-context", headers=bearer(cloud)).status_code == 200


def test_without_client_access_in_the_identity_domain_every_token_is_refused(tmp_path: Path, keys_folder: Path) -> None:
    """The gateway fetches the keys without signing in, which a new domain lets nobody do."""
    with cloud_with(tmp_path, keys_folder, {"request-context": WHO}) as (cloud, _):
        cloud.identity.client_access = False
        answer = requests.get(cloud.endpoint + "/admin/v1/SigningCert/jwk", timeout=10)
        assert (answer.status_code, "keys" in answer.json()) == (401, False)
        assert send(cloud, "GET", "/request-context", headers=bearer(cloud)).status_code == 401
        cloud.identity.client_access = True
        assert send(cloud, "GET", "/request-context", headers=bearer(cloud)).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [{"audience": "https://other.example.com"}, {"issuer": "https://other.example.com/"}, {"lifetime_seconds": -60}],
    ids=["audience", "issuer", "expired"],
)
def test_a_token_for_somebody_else_or_past_its_time_is_refused(cloud: Cloud, claims: dict[str, Any]) -> None:
    assert send(cloud, "GET", "/request-context", headers=bearer(cloud, **claims)).status_code == 401


@pytest.mark.parametrize("value", ["Bearer", "Bearer a.b.c", "Basic dXNlcjpwYXNz", "Bearer {tampered}"])
def test_what_is_no_token_is_refused_on_the_cards_route_too(cloud: Cloud, value: str) -> None:
    token = cloud.identity.mint_access_token()
    header = value.replace("{tampered}", token[:-6] + ("AAAAAA" if token[-6:] != "AAAAAA" else "BBBBBB"))
    for path in ("/request-context", "/codecard/avatar"):
        assert send(cloud, "GET", path, headers={**CARD, "Authorization": header}).status_code == 401


def test_who_asks_is_told_by_the_gateway_and_by_nobody_else(tmp_path: Path, keys_folder: Path) -> None:
    """The header of the subject is the token's claim on the page's routes, and never comes with the card's."""
    forged = {"X-Page-Subject": "ada@example.com", "x-PAGE-subject": "eve@example.com", "X-Other": "kept"}
    with cloud_with(tmp_path, keys_folder, {"codecard-avatar": HEADERS}) as (cloud, _):

        def told(path: str, **headers: str) -> tuple[str, Any]:
            url, seen = send(cloud, "GET", path, headers=headers).json()
            assert seen["x-other"] == "kept"
            return url, seen.get(SUBJECT)

        joan = bearer(cloud, subject="joan@example.com")
        assert told("/codecard/badges", **joan, **forged) == ("/codecard/badges", "joan@example.com")
        assert told("/codecard/badges/data", **joan, **forged) == ("/codecard/badges/data", "joan@example.com")
        for path in ("/codecard/avatar", "/codecard/badge/badges"):
            assert told(path, **joan, **forged, **CARD)[1] is None
            assert told(path, **forged, **CARD)[1] is None
            # What Fn itself tells the function is not a client's to say.
            names = {"Fn-Http-Request-Url": "/codecard/badges", "Fn-Http-H-X-Page-Subject": "ada@example.com"}
            assert told(path, **forged, **CARD, **names) == (path, None)


@pytest.mark.parametrize(
    "policy",
    [
        {"renameHeaders": {"items": []}},
        {"filterHeaders": {"type": "DROP", "items": []}},
        {"setHeaders": {"items": [{"name": "X-A", "values": ["fixed"]}]}},
        {"setHeaders": {"items": [{"name": "X-A", "values": ["${request.auth[sub]}"], "ifExists": "KEEP"}]}},
    ],
)
def test_a_transformation_that_is_not_served_is_refused(policy: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="headerTransformations"):
        parse_transformations("routes[0]", policy)


@pytest.mark.parametrize(
    ("if_exists", "after"), [("OVERWRITE", ["joan"]), ("APPEND", ["own", "joan"]), ("SKIP", ["own"])]
)
def test_what_becomes_of_a_header_that_is_there(if_exists: str, after: list[str]) -> None:
    items = [{"name": "X-A", "values": ["${request.auth[sub]}"], "ifExists": if_exists}]
    made = parse_transformations("routes[0]", {"setHeaders": {"items": items}})
    assert [value for _, value in made.applied([("x-a", "own")], {"sub": "joan"})] == after
    assert made.applied([("x-a", "own")], {}) == [("x-a", "own")]
    allow = parse_transformations("routes[0]", {"filterHeaders": {"type": "ALLOW", "items": [{"name": "x-B"}]}})
    assert allow.applied([("x-a", "own"), ("X-b", "2")], {}) == [("X-b", "2")]


def test_a_body_of_any_type_passes_and_none_is_needed(cloud: Cloud) -> None:
    headers = bearer(cloud)
    plain = {**headers, "Content-Type": "text/plain"}
    assert send(cloud, "POST", "/request-context", headers=plain, data="x").status_code == 200
    assert send(cloud, "POST", "/request-context", headers=headers, json={}).status_code == 200
    assert send(cloud, "POST", "/request-context", headers=headers).status_code == 200


def test_one_client_gets_no_more_than_the_files_rate() -> None:
    specification = parse_specification(gateway_document("http://127.0.0.1"))
    now = [100.0]
    limiter = RateLimiter(specification.requests_per_second, clock=lambda: now[0])
    assert specification.rate_key == "CLIENT_IP"
    assert [limiter.allows("a") for _ in range(21)] == [True] * 20 + [False]
    assert limiter.allows("b")
    now[0] += 1.01
    assert limiter.allows("a")


def test_every_key_of_the_file_is_one_of_the_services_models() -> None:
    assert list(unknown_keys(DOCUMENT, "ApiSpecification")) == []
    spoilt = {**DOCUMENT, "routes": [{**DOCUMENT["routes"][0], "method": ["GET"]}]}
    assert list(unknown_keys(spoilt, "ApiSpecification")) == ["ApiSpecificationRoute.method"]


def test_every_route_says_who_may_pass_and_names_a_function_of_the_suite() -> None:
    functions = {f"${{{entry.name}}}" for entry in suite.read().functions}
    for route in DOCUMENT["routes"]:
        assert route["requestPolicies"]["authorization"]["type"] in {"ANONYMOUS", "AUTHENTICATION_ONLY"}
        assert route["backend"]["functionId"] in functions
    anonymous = {route["path"] for route in DOCUMENT["routes"] if "ANONYMOUS" in json.dumps(route)}
    assert anonymous == {"/codecard/avatar", "/codecard/badge/{picture}"}


def unknown_keys(value: Any, kind: str) -> Iterator[str]:
    """Keys that the SDK's models do not have, as Class.key, through nested objects, lists and maps."""
    if kind.startswith(("list[", "dict(str, ")):
        inner = kind.removeprefix("list[").removeprefix("dict(str, ").rstrip("])")
        for each in value.values() if isinstance(value, dict) else value:
            yield from unknown_keys(each, inner)
    elif isinstance(value, dict):
        made = getattr(models, kind)()
        kinds = {json_name: made.swagger_types[name] for name, json_name in made.attribute_map.items()}
        for key, inner_value in value.items():
            if key not in kinds:
                yield f"{kind}.{key}"
            else:
                yield from unknown_keys(inner_value, KINDS[key].__name__ if key in KINDS else kinds[key])
