"""The functions of a tree behind Fn's routes and the gateway's, ready for `Cloud(functions=…)`."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from emulator.fn_server.function_folders import find_functions
from emulator.fn_server.host import FunctionHost, HostOptions
from emulator.gateway.app import build_gateway_app
from emulator.gateway.browser_login import BrowserLogin
from emulator.gateway.specification import parse_specification
from emulator.services.identity.login_service import CLIENT_ID
from emulator.services.identity.service import GATEWAY_AUDIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiohttp import web

    from emulator.cloud import Cloud

ROOT = Path(__file__).resolve().parents[1]
_DEFAULTS = HostOptions()


class FunctionsApp:
    """A factory for `Cloud(functions=…)`; `host` is there once the cloud runs.

    `environment` gives what all functions see, from the cloud whose addresses are known by then; `options` the rest.
    Without `limit_rate` the gateway takes more requests a second than its specification says. With `login` a browser is
    logged in as deploy/api-gateway-login.json has it.
    """

    def __init__(
        self,
        environment: Callable[[Cloud], Mapping[str, str]],
        *,
        root: Path = ROOT,
        functions_folder: Path | None = None,
        options: HostOptions = _DEFAULTS,
        limit_rate: bool = True,
        login: bool = False,
    ) -> None:
        self.root = root
        self._folder = functions_folder or root / "functions"
        self._environment = environment
        self._options = options
        self._limit_rate = limit_rate
        self._login = login
        self._host: FunctionHost | None = None

    @property
    def host(self) -> FunctionHost:
        """Return the host. Raises RuntimeError before the cloud has started."""
        if self._host is None:
            raise RuntimeError("the cloud has not started")
        return self._host

    def __call__(self, cloud: Cloud) -> web.Application:
        """Make the application."""
        app, functions = find_functions(self._folder)
        options = replace(self._options, environment=self._environment(cloud))
        self._host = FunctionHost(self.root, app, functions, options)
        specification = parse_specification(gateway_document(cloud.endpoint, login=self._login))
        if not self._limit_rate:
            specification = replace(specification, requests_per_second=0)
        if specification.login is None:
            return build_gateway_app(self._host, specification)
        cloud.login.redirect_uris |= {f"{base}{specification.login.path}" for base in gateway_addresses(cloud)}
        login = BrowserLogin(specification.login, lambda _: cloud.login.client_secret)
        return build_gateway_app(self._host, specification, login)


def gateway_addresses(cloud: Cloud) -> list[str]:
    """Return the addresses that a browser of this machine may use: by number and by name, over TLS too."""
    plain = cloud.gateway
    return [plain, plain.replace("127.0.0.1", "localhost"), *([cloud.tls_gateway] if cloud.has_tls else [])]


def image_environment() -> dict[str, str]:
    """Return what Dockerfile.base sets from its build arguments: version, and commit (`unknown` without git)."""
    version = yaml.safe_load((ROOT / "func-common.yaml").read_text(encoding="utf-8"))["version"]
    command = ["git", "rev-parse", "--short", "HEAD"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603  (no shell)
    except (OSError, subprocess.CalledProcessError):
        return {"SUITE_VERSION": version, "SUITE_COMMIT": "unknown"}
    return {"SUITE_VERSION": version, "SUITE_COMMIT": done.stdout.strip()}


def gateway_document(identity_domain: str, *, login: bool = False) -> Any:  # noqa: ANN401
    """Return deploy/api-gateway.json with the local cloud's identity domain; functions keep their placeholders.

    With `login`, deploy/api-gateway-login.json is put into it, as docs/pages.md says.
    """
    document = _filled("api-gateway.json", identity_domain)
    if login:
        added = _filled("api-gateway-login.json", identity_domain)
        document["requestPolicies"]["authentication"]["validationFailurePolicy"] = added["validationFailurePolicy"]
        document["routes"] += added["routes"]
    return document


def _filled(name: str, identity_domain: str) -> Any:  # noqa: ANN401
    text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    values = {
        "identity_domain": identity_domain,
        "gateway_audience": GATEWAY_AUDIENCE,
        "login_client_id": CLIENT_ID,
        "login_secret_id": "ocid1.vaultsecret.oc1..local",
    }
    for key, value in values.items():
        text = text.replace(f"${{{key}}}", value)
    # The file is a template of Terraform's, where `$${` stands for a `${` that is the gateway's own to fill in.
    return json.loads(text.replace("$${", "${"))
