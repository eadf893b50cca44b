"""The config keys that every function with OCI clients has."""

from __future__ import annotations

from dataclasses import dataclass

from shared.addresses import service_base_url
from shared.metrics_settings import MetricsSettings
from shared.settings import setting


@dataclass(frozen=True, kw_only=True)
class OciSettings(MetricsSettings):
    """Where the OCI services are and who calls them; all keys may be left out in the cloud."""

    oci_endpoint: str = setting(default="", parse=service_base_url)
    """Base URL of all OCI services, for the local cloud or a proxy of one's own; plain http for loopback addresses
    only. Default: the public endpoints of the region."""

    oci_config_profile: str = ""
    """Profile in the OCI configuration file, for a laptop. Default: the function's resource principal."""

    oci_config_file: str = ""
    """Path of the OCI configuration file. Default: `~/.oci/config`, read only without a resource principal."""
