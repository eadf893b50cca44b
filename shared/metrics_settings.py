"""The config keys of every function that may publish metrics."""

from __future__ import annotations

from dataclasses import dataclass

from shared.addresses import service_base_url
from shared.settings import setting


@dataclass(frozen=True, kw_only=True)
class MetricsSettings:
    """Whether OCI Monitoring hears of each call, and where it is."""

    publish_metrics: bool = False
    """Whether a handful of custom metrics is posted to OCI Monitoring after each call (namespace `functions_suite`;
    docs/operations.md lists them and the policy). They never make a call fail or late. Default: `false`."""

    oci_endpoint: str = setting(default="", parse=service_base_url)
    """Base URL of OCI Monitoring, for the local cloud or a proxy of one's own; plain http for loopback addresses only.
    Default: the region's public endpoint."""

    ca_certificates: str = ""
    """Authorities of one's own that are trusted beside the public ones, for hosts with a certificate of a private
    authority: certificates as PEM, where `\\n` stands for a line's end, or the path of a file in the image. A cluster's
    API server and a database wallet bring their own. Default: none."""
