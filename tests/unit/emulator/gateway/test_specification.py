"""What a deployment specification may say, and which path belongs to which route."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.gateway.app import RateLimiter
from emulator.gateway.specification import parse_specification

BACKEND = {"type": "ORACLE_FUNCTIONS_BACKEND", "functionId": "${f}"}


def route(path: str = "/x", **fields: Any) -> dict[str, Any]:
    return {"path": path, "methods": ["GET"], "backend": BACKEND, **fields}


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({}, "routes: at least one"),
        ({"routes": []}, "routes: at least one"),
        ({"routes": [route("x")]}, r"routes\[0\]\.path: must begin with /"),
        ({"routes": [route("/{a*}/b")]}, r"routes\[0\]\.path: a wildcard comes last"),
        ({"routes": [route("/{a")]}, r"routes\[0\]\.path: {a"),
        ({"routes": [route(), route(methods=["FETCH"])]}, r"routes\[1\]\.methods: \['FETCH'\]"),
        ({"routes": [route(backend={"type": "HTTP_BACKEND"})]}, r"routes\[0\]\.backend: a function's placeholder"),
        ({"routes": [route(backend={**BACKEND, "functionId": "ocid1"})]}, r"routes\[0\]\.backend"),
        ({"routes": [route(requestPolicies={"authorization": {"type": "ANY_OF"}})]}, "authorization.type: ANY_OF"),
        ({"routes": [route()], "requestPolicies": {"rateLimiting": {"rateKey": "MOON"}}}, "rateKey: MOON"),
        ({"routes": [route()], "requestPolicies": {"authentication": {"type": "CUSTOM"}}}, "TOKEN_AUTHENTICATION"),
    ],
)
def test_what_is_not_served_is_refused_by_its_place(document: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        parse_specification(document)


@pytest.mark.parametrize(
    ("path", "asked", "matches"),
    [
        ("/a/{b}", "/a/x", True),
        ("/a/{b}", "/a/x/y", False),
        ("/a/{b}", "/a/", False),
        ("/a/{b*}", "/a/x/y", True),
        ("/a.b", "/axb", False),
        ("/a", "/a/", False),
    ],
)
def test_a_path_parameter_is_one_segment_and_a_wildcard_the_rest(path: str, asked: str, matches: bool) -> None:  # noqa: FBT001
    (parsed,) = parse_specification({"routes": [route(path)]}).routes
    assert bool(parsed.pattern.fullmatch(asked)) is matches


def test_a_validation_that_is_not_enforced_demands_nothing() -> None:
    headers = {"headers": [{"name": "X", "required": True}, {"name": "Y"}]}
    enforced = route(requestPolicies={"headerValidations": {**headers, "validationMode": "ENFORCING"}})
    permissive = route(requestPolicies={"headerValidations": {**headers, "validationMode": "PERMISSIVE"}})
    first, second = parse_specification({"routes": [enforced, permissive]}).routes
    assert (first.required_headers, second.required_headers) == (("X",), ())


def test_a_route_without_methods_takes_any() -> None:
    (parsed,) = parse_specification({"routes": [{"path": "/x", "backend": BACKEND}]}).routes
    assert parsed.allows("DELETE")


def test_the_rate_counts_a_second_for_each_key() -> None:
    now = [10.0]
    limiter = RateLimiter(2, clock=lambda: now[0])
    assert [limiter.allows("a") for _ in range(3)] == [True, True, False]
    assert limiter.allows("b")
    now[0] = 10.99
    assert not limiter.allows("a")
    now[0] = 11.0
    assert limiter.allows("a")
    assert all(RateLimiter(0).allows("a") for _ in range(100))
