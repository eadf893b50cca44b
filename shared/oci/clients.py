"""Clients of the OCI SDK: who signs, where to, how long.

Only the service asked for is imported, and only when it is asked for. Every call is bounded by the deadline: connect
and read timeouts, and the retries of the SDK's own strategy, whose default would run up to 600 s.
"""

from __future__ import annotations

import contextlib
import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.errors import NotAuthorised, OciServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.deadline import Deadline
    from shared.oci.settings import OciSettings

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
MAX_ATTEMPTS = 4
"""Of one call, the first included; waits of 0.5 s growing to 4 s lie between them."""

SERVICES = {
    "object_storage": ("oci.object_storage", "ObjectStorageClient"),
    "container_engine": ("oci.container_engine", "ContainerEngineClient"),
    "monitoring": ("oci.monitoring", "MonitoringClient"),
    "functions_management": ("oci.functions", "FunctionsManagementClient"),
    "compute": ("oci.core", "ComputeClient"),
    "secrets": ("oci.secrets", "SecretsClient"),
    "database": ("oci.database", "DatabaseClient"),
    "functions": ("oci.functions", "FunctionsInvokeClient"),
    "identity": ("oci.identity", "IdentityClient"),
    "organizations": ("oci.tenant_manager_control_plane", "LinkClient"),
    "identity_data_plane": ("oci.identity_data_plane", "DataplaneClient"),
}


class DeadlineRetry:
    """A retry strategy for SDK clients: the SDK's own rules (429, 5xx, timeouts), never past the deadline.

    ``client`` is set after the client was made, so that its timeouts shrink with what is left of the call.
    """

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self.client: Any = None
        self._callback: Any = None

    def add_circuit_breaker_callback(self, callback: Any) -> None:  # noqa: ANN401  (the SDK's interface)
        """Keep what the SDK wants told; see oci/retry/retry.py."""
        self._callback = callback

    def make_retrying_call(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Run ``call`` until it succeeds, must not be repeated, or time is over; DeadlineExceeded if it is already."""
        from oci.retry import RetryStrategyBuilder  # the SDK is loaded by who needs it

        def attempt(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            self._shrink_timeouts()
            return call(*args, **kwargs)

        strategy = RetryStrategyBuilder(
            max_attempts_check=True,
            max_attempts=MAX_ATTEMPTS,
            total_elapsed_time_check=True,
            total_elapsed_time_seconds=self.deadline.bounded(READ_SECONDS * MAX_ATTEMPTS),
            retry_base_sleep_time_seconds=0.5,
            retry_max_wait_between_calls_seconds=4,
        ).get_retry_strategy()
        strategy.add_circuit_breaker_callback(self._callback)
        return strategy.make_retrying_call(attempt, *args, **kwargs)

    def _shrink_timeouts(self) -> None:
        """Let the next attempt wait no longer than what is left; DeadlineExceeded when that is nothing."""
        left = self.deadline.bounded(READ_SECONDS)
        if self.client is not None:
            self.client.base_client.timeout = (min(CONNECT_SECONDS, left), left)


def credentials(settings: OciSettings) -> tuple[dict[str, Any], Any]:
    """(config, signer) for an SDK client: a named profile, else the resource principal, else the default profile.

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
    retry: bool = True,
    raw: bool = False,
    identity: tuple[dict[str, Any], Any] | None = None,
) -> Any:  # noqa: ANN401
    """An SDK client of one of SERVICES, in ``region`` or the principal's own; ``retry=False``: one attempt a call.

    ``raw=True`` leaves answers as the service's JSON (the SDK's own ``skip_deserialization``), for callers that decode
    only what they read; ``identity`` is what ``credentials`` gave, so that several clients share one signer.
    """
    module, name = SERVICES[service]
    config, signer = identity or credentials(settings)
    if region:
        config = {**config, "region": region}
    from oci.circuit_breaker import NoCircuitBreakerStrategy
    from oci.retry import NoneRetryStrategy

    left = deadline.bounded(READ_SECONDS)
    strategy = DeadlineRetry(deadline) if retry else NoneRetryStrategy()
    arguments: dict[str, Any] = {
        "signer": signer,
        "timeout": (min(CONNECT_SECONDS, left), left),
        "retry_strategy": strategy,
        "circuit_breaker_strategy": NoCircuitBreakerStrategy(),
    }
    if raw:
        arguments["skip_deserialization"] = True
    if settings.oci_endpoint:
        arguments["service_endpoint"] = settings.oci_endpoint
    made = getattr(importlib.import_module(module), name)(config, **arguments)
    if isinstance(strategy, DeadlineRetry):
        strategy.client = made
    return made


@contextlib.contextmanager
def translated(service: str) -> Iterator[None]:
    """Turn the SDK's exceptions inside the block into OciServiceError (status 0 where there was no answer)."""
    from oci import exceptions
    from urllib3.exceptions import HTTPError  # what a body raises that is read from the raw response

    try:
        yield
    except exceptions.ServiceError as error:
        raise OciServiceError(
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


def _in_the_cloud() -> bool:
    return "OCI_RESOURCE_PRINCIPAL_VERSION" in os.environ


def _resource_principal() -> tuple[dict[str, Any], Any]:
    from oci.auth.signers import get_resource_principals_signer

    try:
        signer = get_resource_principals_signer()
    except Exception as fault:  # noqa: BLE001  (the SDK raises anything from OSError to ValueError here)
        raise NotAuthorised(f"the resource principal cannot be used ({type(fault).__name__})") from None
    return {"region": signer.region}, signer


def _profile(settings: OciSettings) -> tuple[dict[str, Any], Any]:
    from oci import config as oci_config
    from oci import exceptions
    from oci.signer import Signer

    path = settings.oci_config_file or oci_config.DEFAULT_LOCATION
    profile = settings.oci_config_profile or oci_config.DEFAULT_PROFILE
    if not Path(path).expanduser().is_file():
        raise NotAuthorised(
            "no resource principal and no OCI configuration file",
            fix="run inside OCI, or make a profile with `oci setup config`",
        )
    try:
        config = oci_config.from_file(path, profile)
        return config, Signer.from_config(config)
    except (exceptions.ClientError, OSError, ValueError) as fault:
        raise NotAuthorised(f"profile {profile} cannot be used ({type(fault).__name__})") from None
