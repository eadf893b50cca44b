"""The unchanged OCI SDK pointed at the local cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from oci.auth.signers import get_resource_principals_signer
from oci.object_storage import ObjectStorageClient

if TYPE_CHECKING:
    from oci.auth.signers.ephemeral_resource_principals_signer import EphemeralResourcePrincipalSigner

    from emulator.cloud import Cloud


def resource_principal_signer(env: dict[str, str]) -> EphemeralResourcePrincipalSigner:
    """Return the SDK's signer for a minted principal."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        return get_resource_principals_signer()


def object_storage_client(cloud: Cloud, env: dict[str, str], endpoint: str = "") -> ObjectStorageClient:
    """Return the SDK's client with a resource principal and without its default retries."""
    signer = resource_principal_signer(env)
    return ObjectStorageClient({}, signer=signer, service_endpoint=endpoint or cloud.endpoint, timeout=(2, 10))
