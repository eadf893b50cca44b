"""The request of a call in the three shapes of the FDK, made by the FDK's own context."""

from fdk.context import InvokeContext

from shared.http_request import from_context, from_parts


def context(headers: dict[str, object], url: str | None = None, method: str | None = None) -> InvokeContext:
    return InvokeContext("app", "a", "fn", "f", "call", headers=headers, request_url=url, method=method)


def test_a_plain_invoke_has_the_callers_headers_and_no_url() -> None:
    request = from_context(context({"content-type": "text/plain", "x-device-id": "7"}))
    assert (request.kind, request.method, request.url, request.path) == ("invoke", "POST", "", "")
    assert request.header("X-Device-Id") == "7"


def test_a_trigger_call_has_an_absolute_url_and_the_clients_headers() -> None:
    headers: dict[str, object] = {
        "fn-intent": "httprequest",
        "fn-http-method": "PUT",
        "fn-http-h-x-codecard-id": "CC50E3CCBFFF",
        "content-type": "text/plain",
        "host": "localhost",
    }
    request = from_context(context(headers, "http://h:8080/t/demo/raw?a=1&b=%20x&a=2&c", "PUT"))
    assert (request.kind, request.method, request.path, request.host) == ("http", "PUT", "/t/demo/raw", "h:8080")
    assert request.query == (("a", "1"), ("b", " x"), ("a", "2"), ("c", ""))
    assert request.query_value("a") == "1"
    assert request.header("x-codecard-id") == "CC50E3CCBFFF"
    assert request.header("content-type") == "text/plain"


def test_a_gateway_call_has_a_relative_url_and_lists_give_the_clients_value() -> None:
    headers: dict[str, object] = {
        "fn-intent": "httprequest",
        "content-type": "application/octet-stream",
        "fn-http-h-content-type": "application/json",
        "host": "localhost",
        "fn-http-h-host": "gw.example.com",
        "user-agent": "lua-resty-http/0.14",
        "fn-http-h-user-agent": "curl/8",
    }
    request = from_context(context(headers, "/v1/x?a=1", "get"))
    assert (request.method, request.path, request.host) == ("GET", "/v1/x", "gw.example.com")
    assert request.header("content-type") == "application/json"
    assert request.header("user-agent") == "curl/8"


def test_lists_are_flattened_in_order() -> None:
    request = from_parts("GET", "/", {"Content-Type": ["a", "b"]}, "http")
    assert request.header_all("content-type") == ("a", "b")
    assert request.header("content-type") == "b"
    assert request.header("absent") is None


def test_a_url_that_cannot_be_parsed_is_no_crash() -> None:
    request = from_parts("GET", "http://[broken/path?a=1", {}, "http")
    assert (request.host, request.path, request.query) == ("", "/path", (("a", "1"),))


def test_a_relative_url_names_no_host_even_with_two_slashes() -> None:
    request = from_parts("GET", "//evil.example/x?a=1#f", {"host": "gw"}, "http")
    assert (request.host, request.path, request.query) == ("gw", "//evil.example/x", (("a", "1"),))


def test_a_path_is_percent_decoded() -> None:
    assert from_parts("GET", "/a%20b", {}, "http").path == "/a b"
