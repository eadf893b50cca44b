"""Clients of the OCI SDK: who signs, where to, how long.

Only the service asked for is imported, and only when it is asked for. Every call is bounded by the deadline: connect
and read timeouts, and the retries (retries.py).
"""

from __future__ import annotations

import contextlib
import importlib
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.errors import NotAuthorised, OciServiceError, TokenExpired, says_expired
from shared.oci.retries import MAX_ATTEMPTS, READ_SECONDS, DeadlineRetry, attempt_timeouts
from shared.oci.sdk_imports import spare_imports
from shared.oci.timed_session import end_with
from shared.tls import trust

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.deadline import Deadline
    from shared.oci.settings import OciSettings

SERVICES = {
    "apigateway": ("oci.apigateway", "DeploymentClient"),
    "artifacts": ("oci.artifacts", "ArtifactsClient"),
    "compute": ("oci.core", "ComputeClient"),
    "container_engine": ("oci.container_engine", "ContainerEngineClient"),
    "database": ("oci.database", "DatabaseClient"),
    "functions": ("oci.functions", "FunctionsInvokeClient"),
    "functions_management": ("oci.functions", "FunctionsManagementClient"),
    "identity": ("oci.identity", "IdentityClient"),
    "identity_data_plane": ("oci.identity_data_plane", "DataplaneClient"),
    "monitoring": ("oci.monitoring", "MonitoringClient"),
    "object_storage": ("oci.object_storage", "ObjectStorageClient"),
    "organizations": ("oci.tenant_manager_control_plane", "LinkClient"),
    "secrets": ("oci.secrets", "SecretsClient"),
    "virtual_network": ("oci.core", "VirtualNetworkClient"),
}
"""Module and class of every client that anything here makes; tools.oci_services reads from it what the image needs."""

spare_imports()  # before the SDK is imported for the first time: each function below does it

Credentials = tuple[dict[str, Any], Any]
"""What an SDK client is made of: a configuration (region, tenancy, …) and who signs."""


def sdk_credentials(settings: OciSettings) -> Credentials:
    """Return who signs: a named profile, else the resource principal, else the default profile.

    Raises NotAuthorised when none of them can be had.
    """
    if not settings.oci_config_profile and not settings.oci_config_file and _in_the_cloud():
        return _resource_principal()
    return _profile(settings)


def client(
    service: str,
    settings: OciSettings,
    deadline: Deadline,
    *,
    region: str = "",
    attempts: int = MAX_ATTEMPTS,
    raw: bool = False,
    identity: Credentials | None = None,
) -> Any:  # noqa: ANN401
    """Return an SDK client bounded by the call's deadline, in ``region`` or the principal's own.

    ``attempts`` of each call, the first included (shared/oci/retries.py). ``identity`` is what ``sdk_credentials``
    gave, so that several clients share one signer; ``raw`` as in ``make_client``.
    """
    trust(settings.ca_certificates)
    strategy = DeadlineRetry(deadline, attempts=attempts) if attempts > 1 else None
    made = make_client(
        service,
        identity or sdk_credentials(settings),
        deadline,
        region=region,
        endpoint=settings.oci_endpoint,
        strategy=strategy,
        raw=raw,
    )
    made.base_client.timeout = attempt_timeouts(deadline.bounded(READ_SECONDS))
    if strategy is not None:
        strategy.client = made
    return made


def make_client(
    service: str,
    identity: Credentials,
    deadline: Deadline,
    *,
    region: str = "",
    endpoint: str = "",
    strategy: DeadlineRetry | None = None,
    raw: bool = False,
) -> Any:  # noqa: ANN401
    """Return an SDK client of one of SERVICES, all of whose waits end with the deadline.

    Without a strategy each call is one attempt. ``endpoint`` replaces the region's own. ``raw`` leaves answers as the
    service's JSON (the SDK's ``skip_deserialization``), for callers that decode only what they read.
    """
    from oci.circuit_breaker import NoCircuitBreakerStrategy
    from oci.retry import NoneRetryStrategy

    config, signer = identity
    arguments: dict[str, Any] = {
        "signer": signer,
        "timeout": attempt_timeouts(deadline.bounded(math.inf)),
        "retry_strategy": strategy or NoneRetryStrategy(),
        # Some of the SDK's clients come with a breaker that, once open, refuses calls for 30 s without asking the
        # service (oci/circuit_breaker): here a tick or a load would be lost to it, and the deadline bounds all waits.
        "circuit_breaker_strategy": NoCircuitBreakerStrategy(),
    }
    if raw:
        arguments["skip_deserialization"] = True
    if endpoint:
        arguments["service_endpoint"] = endpoint
    module, name = SERVICES[service]
    made_of = {**config, "region": region} if region else config
    made = getattr(importlib.import_module(module), name)(made_of, **arguments)
    end_with(made.base_client.session, deadline.remaining_seconds)
    return made


def bare_client(service: str, settings: OciSettings, deadline: Deadline, identity: Credentials, where: str) -> Any:  # noqa: ANN401
    """Return the SDK's base client, whose ``call_api`` reads JSON, for a call that is not worth a service's models.

    ``where`` is the service's address up to its version, as ``https://iaas.{region}.{secondLevelDomain}/20160918``.
    """
    from oci.base_client import BaseClient
    from oci.circuit_breaker import NoCircuitBreakerStrategy

    trust(settings.ca_certificates)
    config, signer = identity
    template, _, version = where.rpartition("/")
    arguments: dict[str, Any] = {"service_endpoint": settings.oci_endpoint} if settings.oci_endpoint else {}
    made = BaseClient(
        service,
        config,
        signer,
        {},
        regional_client=True,
        base_path=f"/{version}",
        service_endpoint_template=template,
        skip_deserialization=True,
        circuit_breaker_strategy=NoCircuitBreakerStrategy(),
        timeout=attempt_timeouts(deadline.bounded(READ_SECONDS)),
        **arguments,
    )
    end_with(made.session, deadline.remaining_seconds)
    return made


@contextlib.contextmanager
def oci_errors(service: str) -> Iterator[None]:
    """Turn the SDK's exceptions inside the block into OciServiceError (status 0 where there was no answer)."""
    from oci import exceptions
    from urllib3.exceptions import HTTPError  # what a body raises that is read from the raw response

    try:
        yield
    except exceptions.ServiceError as error:
        kind = TokenExpired if says_expired(int(error.status), str(error.message)) else OciServiceError
        raise kind(
            str(error.message)[:300],
            status=int(error.status),
            code=str(error.code or ""),
            opc_request_id=str(error.request_id or ""),
            service=service,
        ) from None
    except (exceptions.RequestException, exceptions.ClientError, HTTPError, OSError) as error:
        raise OciServiceError(
            f"no answer from {service}: {type(error).__name__}", code="no-answer", service=service
        ) from None


def listed(found: Any, service: str) -> list[Any]:  # noqa: ANN401  (what the SDK made of the answer)
    """Return a list as it came. Raises OciServiceError (``malformed``) for none: null is not an empty list."""
    if not isinstance(found, list):
        raise OciServiceError(f"{service} answered without the list", code="malformed", service=service)
    return found


def _in_the_cloud() -> bool:
    return "OCI_RESOURCE_PRINCIPAL_VERSION" in os.environ


def _resource_principal() -> Credentials:
    from oci.auth.signers import get_resource_principals_signer

    try:
        signer = get_resource_principals_signer()
    except Exception as fault:  # noqa: BLE001  (the SDK raises anything from OSError to ValueError here)
        raise NotAuthorised(f"the resource principal cannot be used ({type(fault).__name__})") from None
    return {"region": signer.region}, signer


def _profile(settings: OciSettings) -> Credentials:
    import configparser  # the SDK, which reads the file with it, lets its errors through

    from oci import config as oci_config
    from oci import exceptions
    from oci.signer import Signer

    path = settings.oci_config_file or oci_config.DEFAULT_LOCATION
    profile = settings.oci_config_profile or oci_config.DEFAULT_PROFILE
    if not Path(path).expanduser().is_file():
        named = bool(settings.oci_config_file)
        raise NotAuthorised(
            f"{'' if named else 'no resource principal, and '}no OCI configuration file at {path}",
            fix=f"{'correct the path' if named else 'run inside OCI'}, or make a profile with `oci setup config`",
        )
    try:
        config = oci_config.from_file(path, profile)
        if config.get("security_token_file"):
            return config, _session_signer(config)
        return config, Signer.from_config(config)
    except (exceptions.ClientError, configparser.Error, OSError, ValueError) as fault:
        raise NotAuthorised(
            f"profile {profile} cannot be used ({type(fault).__name__})",
            fix=f"correct it in {path}, or make one with `oci setup config`",
        ) from None


def _session_signer(config: dict[str, Any]) -> Any:  # noqa: ANN401  (the SDK's)
    """Return the signer of a profile that `oci session authenticate` has made: a token and its key, and no user."""
    from oci.auth.signers import SecurityTokenSigner
    from oci.signer import load_private_key_from_file

    token = Path(str(config["security_token_file"])).expanduser().read_text(encoding="ascii").strip()
    key_file = str(config.get("key_file") or "")
    return SecurityTokenSigner(token, load_private_key_from_file(key_file, config.get("pass_phrase")))
