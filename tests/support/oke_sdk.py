"""The unchanged OCI SDK clients of the services around a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oci.container_engine import ContainerEngineClient
from oci.core import ComputeClient, VirtualNetworkClient
from oci.identity import IdentityClient
from oci.monitoring import MonitoringClient
from oci.retry import NoneRetryStrategy

from tests.support.oci_sdk import resource_principal_signer

if TYPE_CHECKING:
    from emulator.cloud import Cloud


def _arguments(cloud: Cloud, env: dict[str, str]) -> dict[str, object]:
    return {
        "signer": resource_principal_signer(env),
        "service_endpoint": cloud.endpoint,
        "retry_strategy": NoneRetryStrategy(),
        "timeout": (2, 10),
    }


def container_engine_client(cloud: Cloud, env: dict[str, str]) -> ContainerEngineClient:
    """Return the client without retries: what the service answers is what a test sees."""
    return ContainerEngineClient({}, **_arguments(cloud, env))


def monitoring_client(cloud: Cloud, env: dict[str, str]) -> MonitoringClient:
    """Return the client."""
    return MonitoringClient({}, **_arguments(cloud, env))


def compute_client(cloud: Cloud, env: dict[str, str]) -> ComputeClient:
    """Return the client."""
    return ComputeClient({}, **_arguments(cloud, env))


def network_client(cloud: Cloud, env: dict[str, str]) -> VirtualNetworkClient:
    """Return the client."""
    return VirtualNetworkClient({}, **_arguments(cloud, env))


def identity_client(cloud: Cloud, env: dict[str, str]) -> IdentityClient:
    """Return the client."""
    return IdentityClient({}, **_arguments(cloud, env))
