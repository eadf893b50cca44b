"""OpenID Connect at the local gateway, as a browser walks it, and what a stranger's link or code comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import FunctionsApp, gateway_document
from emulator.gateway.specification import parse_specification

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROUTE = "/request-context"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[Cloud]:
    functions = FunctionsApp(lambda _: {}, limit_rate=False, login=True)
    options = CloudOptions(keys_folder=keys_folder)
    with Cloud(tmp_path_factory.mktemp("login"), functions=functions, tls=False, options=options) as made:
        yield made


def step(session: requests.Session, address: str) -> requests.Response:
    return session.get(address, allow_redirects=False, timeout=60)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_browser_is_logged_in_and_comes_back_to_what_it_asked_for(cloud: Cloud, host: str) -> None:
    browser = requests.Session()
    gateway = cloud.gateway.replace("127.0.0.1", host)
    answer = browser.get(f"{gateway}{ROUTE}?a=1&b=2", timeout=60)
    assert (answer.status_code, answer.url) == (200, f"{gateway}{ROUTE}?a=1&b=2")
    assert [urlsplit(each.url).path for each in answer.history] == [ROUTE, "/oauth2/v1/authorize", "/login"]
    assert step(browser, gateway + ROUTE).status_code == 200  # the session stays
    cookies = [each.headers["Set-Cookie"] for each in answer.history if "Set-Cookie" in each.headers]
    assert all("HttpOnly" in each and "SameSite=Lax" in each for each in cookies)
    assert "eyJ" not in str(cookies)  # no token leaves the gateway
    assert requests.post(gateway + ROUTE, timeout=60).status_code == 401
    assert browser.post(gateway + ROUTE, timeout=60).status_code == 401  # a form of another site has the cookie alone
    proof = {"X-CSRF-TOKEN": answer.headers["X-CSRF-TOKEN"]}
    assert browser.post(gateway + ROUTE, headers=proof, timeout=60).status_code == 200


def test_a_link_that_somebody_else_began_logs_nobody_in(cloud: Cloud) -> None:
    stranger, victim = requests.Session(), requests.Session()
    to_domain = step(stranger, cloud.gateway + ROUTE).headers["Location"]
    back = step(stranger, to_domain).headers["Location"]
    assert step(victim, back).status_code == 400
    assert victim.cookies.get_dict() == {}
    step(victim, cloud.gateway + ROUTE)  # with a login of its own on the way, too
    assert step(victim, back).status_code == 400
    assert step(stranger, back).status_code == 302
    assert step(stranger, back).status_code == 400  # once
    assert step(requests.Session(), f"{cloud.gateway}/login").status_code == 400


def test_a_code_is_for_the_application_and_the_login_that_it_was_made_for(cloud: Cloud) -> None:
    to_domain = step(requests.Session(), cloud.gateway + ROUTE).headers["Location"]
    elsewhere = to_domain.replace("redirect_uri=http", "redirect_uri=https")
    assert step(requests.Session(), elsewhere).status_code == 400
    back = step(requests.Session(), to_domain).headers["Location"]
    form = {"code": parse_qs(urlsplit(back).query)["code"][0], "redirect_uri": back.partition("?")[0]}
    address = f"{cloud.endpoint}/oauth2/v1/token"
    assert requests.post(address, data=form, timeout=60).status_code == 401
    proof = ("local-gateway", cloud.login.client_secret)
    assert requests.post(address, data={**form, "code_verifier": "guessed"}, auth=proof, timeout=60).status_code == 400


@pytest.mark.parametrize(("key", "value"), [("type", "MODIFY_RESPONSE"), ("usePkce", False), ("loginPath", "/other")])
def test_a_policy_that_the_gateway_does_not_serve_is_named(key: str, value: object) -> None:
    document = gateway_document("http://127.0.0.1", login=True)
    document["requestPolicies"]["authentication"]["validationFailurePolicy"][key] = value
    with pytest.raises(ValueError, match=f"validationFailurePolicy.{key}"):
        parse_specification(document)


def test_the_sdk_knows_every_key_of_the_policy() -> None:
    from oci.apigateway import models

    document = gateway_document("http://127.0.0.1", login=True)
    policy = document["requestPolicies"]["authentication"]["validationFailurePolicy"]
    known = {
        "": models.OAuth2ResponseValidationFailurePolicy,
        "clientDetails": models.CustomClientAppDetails,
        "sourceUriDetails": models.DiscoveryUriSourceUriDetails,
    }
    for name, model in known.items():
        part = policy[name] if name else policy
        assert set(part) <= set(model().attribute_map.values())
    assert document["routes"][-1]["backend"]["type"] == models.OAuth2LoginBackend().type
