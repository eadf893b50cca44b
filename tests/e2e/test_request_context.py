"""request-context through plain invoke, Fn trigger and API Gateway, under the real fdk command."""

from __future__ import annotations

import http.client
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import FunctionsApp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emulator.fn_server.host import FunctionHost

SECRET = "hunter2hunter2"
SECRET_HEADERS = {"Cookie": f"c={SECRET}", "X-Api-Key": SECRET, "X-Device-Id": "7"}
CONFIG = {"db_pass": SECRET, "wallet_pem": SECRET, "node_pool_id": "ocid1.nodepool.oc1..x", "greeting": "Good morning"}
FIELDS = ("Config", "Headers", "AppID", "FnID", "CallID", "Format", "Deadline", "RequestURL", "Method")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[tuple[Cloud, FunctionHost]]:
    functions = FunctionsApp(lambda _: CONFIG)
    root = tmp_path_factory.mktemp("request-context")
    with Cloud(root, functions=functions, tls=False, options=CloudOptions(keys_folder=keys_folder)) as cloud:
        yield cloud, functions.host


@pytest.fixture
def cloud(running: tuple[Cloud, FunctionHost]) -> Cloud:
    return running[0]


def bearer(cloud: Cloud) -> dict[str, str]:
    return {"Authorization": f"Bearer {cloud.identity.mint_access_token()}"}


def invoke(cloud: Cloud, body: bytes = b"", **headers: str) -> requests.Response:
    return requests.post(f"{cloud.gateway}/invoke/request-context", data=body, headers=headers, timeout=20)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "Good morning World"),
        (b"{}", "Good morning World"),
        (b"null", "Good morning World"),
        (b'{"name": "Joan"}', "Good morning Joan"),
        ('{"name": "Zoë 🙂 \u202e"}'.encode(), "Good morning Zoë 🙂 \u202e"),
        (b'{"name": ""}', "Good morning "),
    ],
)
def test_the_message_names_who_is_in_the_body(cloud: Cloud, body: bytes, message: str) -> None:
    answer = invoke(cloud, body)
    assert answer.json()["Message"] == message
    assert answer.headers["Content-Type"] == "application/json"


def test_the_answer_is_sorted_and_indented_and_has_every_field(cloud: Cloud) -> None:
    answer = invoke(cloud, b'{"name": "Joan"}')
    value = answer.json()
    assert answer.text == json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)
    assert {f"ctx.{name}" for name in FIELDS} <= value.keys()
    assert value["ctx.Format"] == "http-stream"
    assert value["ctx.CallID"] == answer.headers["Fn-Call-Id"]
    assert value["ctx.Config"]["node_pool_id"] == "ocid1.nodepool.oc1..x"


def test_a_plain_invoke_has_no_method_and_no_url(cloud: Cloud) -> None:
    value = invoke(cloud, **{"X-Device-Id": "7"}).json()
    assert (value["ctx.Method"], value["ctx.RequestURL"]) == (None, None)
    assert value["request"] == {
        "kind": "invoke",
        "method": "POST",
        "path": "",
        "host": "",
        "query": {},
        "path_parameters": [],
        "client_address": None,
        "content_type": "text/plain",
        "content_length": None,
        "body": {"kind": "empty", "bytes": 0, "value": None},
        "x-device-id": "7",
    }


def test_a_trigger_call_has_an_absolute_url(cloud: Cloud) -> None:
    url = f"{cloud.gateway}/t/oci-functions/request-context?b=%20x&a=1&a=2&flag"
    value = requests.get(url, headers=SECRET_HEADERS, timeout=20).json()
    assert (value["ctx.Method"], value["ctx.RequestURL"]) == ("GET", url)
    assert value["request"]["query"] == {"a": ["1", "2"], "b": [" x"], "flag": [""]}
    assert value["request"]["x-device-id"] == "7"
    assert value["request"]["path"] == "/t/oci-functions/request-context"
    assert value["ctx.HTTPHeaders"]["x-device-id"] == "7"


def test_a_gateway_call_has_path_and_query_and_headers_twice(cloud: Cloud) -> None:
    """Content-Type, Host and User-Agent come plain and prefixed, so the FDK makes lists of them."""
    value = requests.post(
        f"{cloud.gateway}/request-context/some/path?a=1",
        json={"name": "Joan"},
        headers={**bearer(cloud), **SECRET_HEADERS, "User-Agent": "me/1"},
        timeout=20,
    ).json()
    assert value["Message"] == "Good morning Joan"
    assert (value["ctx.Method"], value["ctx.RequestURL"]) == ("POST", "/request-context/some/path?a=1")
    headers = value["ctx.Headers"]
    own = cloud.gateway.removeprefix("http://")
    assert headers["content-type"] == ["application/json", "application/json"]
    assert headers["host"] == ["localhost", own]
    assert headers["user-agent"][1] == "me/1"
    assert headers["user-agent"][0].startswith("lua-resty-http")
    assert {
        "opc-request-id",
        "oci-subject-id",
        "oci-subject-type",
        "oci-subject-tenancy-id",
        "x-content-sha256",
    } <= set(headers)
    assert {"forwarded", "x-forwarded-for", "x-real-ip"} <= set(value["ctx.HTTPHeaders"])
    assert value["request"]["host"] == own
    assert value["request"]["x-device-id"] == "7"


def test_a_gateway_call_without_a_body_says_octet_stream_twice(cloud: Cloud) -> None:
    value = requests.get(f"{cloud.gateway}/request-context", headers=bearer(cloud), timeout=20).json()
    assert value["ctx.Headers"]["content-type"] == ["application/octet-stream", "application/octet-stream"]
    assert value["Message"] == "Good morning World"


PATHS = {"trigger": "/t/oci-functions/request-context", "gateway": "/request-context"}


def through(cloud: Cloud, way: str, method: str, query: str = "", **arguments: Any) -> requests.Response:
    headers = {**bearer(cloud), **arguments.pop("headers", {})}
    return requests.request(method, cloud.gateway + PATHS[way] + query, headers=headers, timeout=20, **arguments)


@pytest.mark.parametrize("way", list(PATHS))
@pytest.mark.parametrize(
    ("content_type", "body", "kind", "value"),
    [
        ("application/x-www-form-urlencoded", b"a=1&b=%20x", "form", {"a": ["1"], "b": [" x"]}),
        ("text/plain; charset=utf-8", "größe".encode(), "text", "größe"),
        ("image/bmp", b"BM\x00\xff", "binary", None),
        ("application/json", b'{"a": 1}', "json", {"a": 1}),
    ],
)
def test_a_body_of_any_type_gets_a_true_answer(
    cloud: Cloud, way: str, content_type: str, body: bytes, kind: str, value: object
) -> None:
    seen = through(cloud, way, "POST", data=body, headers={"Content-Type": content_type}).json()["request"]
    assert seen["body"] == {"kind": kind, "bytes": len(body), "value": value}
    assert (seen["content_type"], seen["content_length"]) == (content_type, str(len(body)))
    assert seen["client_address"] == ("127.0.0.1" if way == "gateway" else None)


@pytest.mark.parametrize("way", list(PATHS))
def test_a_head_has_the_length_of_a_get_and_no_body(cloud: Cloud, way: str) -> None:
    got, head = (through(cloud, way, method, "?a=1") for method in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (200, b"")
    # The method itself is a part of the answer, and HEAD one letter longer.
    assert int(head.headers["Content-Length"]) == len(got.content) + got.text.count('"GET"')
    assert head.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("way", list(PATHS))
def test_options_names_the_methods(cloud: Cloud, way: str) -> None:
    answer = through(cloud, way, "OPTIONS")
    assert (answer.status_code, answer.headers["Allow"]) == (200, "GET, HEAD, OPTIONS, POST")
    assert answer.json()["ctx.Method"] == "OPTIONS"


@pytest.mark.parametrize("way", list(PATHS))
def test_of_a_repeated_header_the_last_arrives(cloud: Cloud, way: str) -> None:
    """The FDK makes a dictionary of the headers before anything of the suite sees them."""
    port = int(cloud.gateway.rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest("GET", PATHS[way])
    for name, value in [("X-Two", "1"), ("X-Two", "2"), *bearer(cloud).items()]:
        connection.putheader(name, value)
    connection.endheaders()
    value = json.loads(connection.getresponse().read())
    connection.close()
    assert value["ctx.HTTPHeaders"]["x-two"] == value["ctx.Headers"]["x-two"] == "2"


def test_path_parameters_arrive_in_the_path(cloud: Cloud) -> None:
    url = f"{cloud.gateway}/request-context/some/path%20x"
    value = requests.get(url, headers=bearer(cloud), timeout=20).json()
    assert value["request"]["path_parameters"] == ["some", "path x"]


@pytest.mark.parametrize("way", ["invoke", "trigger", "gateway"])
def test_no_secret_of_config_headers_or_query_is_shown_or_logged(
    cloud: Cloud, running: tuple[Cloud, FunctionHost], way: str
) -> None:
    token = bearer(cloud)
    headers = {**SECRET_HEADERS, **token}
    path = {"invoke": "/invoke/request-context", "trigger": "/t/oci-functions/request-context"}
    url = f"{cloud.gateway}{path.get(way, '/request-context')}?token={SECRET}&%70assword={SECRET}&x=1"
    answer = requests.post(url, json={}, headers=headers, timeout=20)
    value = answer.json()
    assert SECRET not in answer.text
    assert token["Authorization"].split()[1] not in answer.text
    assert value["ctx.Config"]["db_pass"] == value["ctx.Config"]["wallet_pem"] == "(text, 14 characters)"
    for name in ("authorization", "cookie", "x-api-key"):
        assert value["ctx.Headers"][name].startswith("(text, ")
    logs = summary_lines(running[1])
    assert logs
    assert SECRET not in json.dumps(logs)


def summary_lines(host: FunctionHost) -> list[dict[str, Any]]:
    """The summary lines so far, after the last call's has come."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        lines = [json.loads(line.text) for line in host.logs if line.text.startswith("{")]
        if sum(line.get("message") == "call" for line in lines) >= len(host.calls):
            return lines
        time.sleep(0.02)
    raise AssertionError("a call without a summary line")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", "body"),
        (b"[]", "body"),
        (b'"Joan"', "body"),
        (b'{"name": 7}', "name"),
        (b'{"name": "' + b"x" * 201 + b'"}', "name"),
        (b"[" * 100_000, "body"),
    ],
)
def test_a_body_that_cannot_be_used_is_an_answer_that_names_the_field(cloud: Cloud, body: bytes, field: str) -> None:
    answer = invoke(cloud, body)
    assert answer.status_code == 200
    assert answer.json()["error"]["reason"] == "bad-request"
    assert answer.json()["error"]["field"] == field
