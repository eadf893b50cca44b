"""What `oci-functions cloud serve` gives each function to work on, and how to call it with curl."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.base.keys import write_private
from emulator.example_data import CARD_ID
from emulator.reports.billing_history import BillingHistory, publish_objects
from emulator.services.identity.service import DEFAULT_REGION, DEFAULT_TENANCY

if TYPE_CHECKING:
    from emulator.cloud import Cloud
    from emulator.example_data import Example
    from emulator.fn_server.function_folders import FunctionFolder
    from emulator.fn_server.host import FunctionHost
    from emulator.oke.model.node_pool_records import NodePoolRecord

_CARD = (
    f"-H 'X-CODECARD-ID: {CARD_ID}'",
    "-H 'X-CODECARD-BUTTON-LABEL: a'",
    "-H 'X-CODECARD-BUTTON-FUNCTION: 1'",
)


def configure(
    cloud: Cloud,
    host: FunctionHost,
    example: Example,
    *,
    billing_days: int = 2,
    pool: NodePoolRecord | None = None,
) -> None:
    """Put a node pool under pressure, make some days of billing reports, configure every function for this cloud.

    The pool is made where none is given. Without days the bucket of reports is empty.
    """
    common = {
        **example.principal_env,
        "oci_endpoint": cloud.endpoint,
        "REQUESTS_CA_BUNDLE": str(cloud.ca_file),
        "SSL_CERT_FILE": str(cloud.ca_file),
    }
    own = {
        "codecard-avatar": {"apex_url": example.apex_url, "oss_bucket": example.bucket_url},
        "adw-billing": _billing(cloud, billing_days),
        "oke-autoscaler": _autoscaler(cloud, pool),
    }
    for name in host.functions:
        host.configure(name, {**common, **own.get(name, {})})


def _billing(cloud: Cloud, days: int) -> dict[str, str]:
    """Make a bucket with days of reports and return the config; the warehouse is a file beside the cloud's own."""
    bucket = cloud.object_storage.create_billing_bucket(DEFAULT_TENANCY)
    if days:
        publish_objects(cloud.object_storage, bucket, BillingHistory(days=days).publications())
    return {
        "usage_report_bucket": DEFAULT_TENANCY,
        "home_region": DEFAULT_REGION,
        "warehouse": f"duckdb:{cloud.root / 'billing.duckdb'}",
    }


def _autoscaler(cloud: Cloud, pool: NodePoolRecord | None) -> dict[str, str]:
    """Give a pool of two nodes ten pods too many and let the cluster's clock run; return the config."""
    cluster = cloud.cluster
    cluster.clock.follow()
    if pool is None:
        pool = cluster.add_pool("prod-pool1", size=2, ocpus=2, memory_gib=16)
    cluster.add_replicas("web", 10, cpu="1", memory="1Gi", pool=pool)
    return {
        "cluster_id": cluster.id,
        "node_pool_id": pool.id,
        "node_pool_min_size": "1",
        "node_pool_max_size": "6",
        "kubernetes_endpoint": "public",
    }


def explain_functions(cloud: Cloud, host: FunctionHost) -> str:
    """Return the text that shows how to call every function with curl, each way that it can be called."""
    token = write_private(
        cloud.root / "access-token", f"Authorization: Bearer {cloud.identity.mint_access_token()}".encode()
    )
    bearer = f"-H @{token}"
    lines = [f"Functions: {cloud.gateway} and {cloud.tls_gateway}"]
    for function in host.functions.values():
        lines.append(f"{function.name} ({function.memory_mb} MB, {function.timeout_seconds} s):")
        lines += [f"  {line}" for line in _calls(cloud.gateway, host.app, function, bearer)]
    return "\n".join(lines)


def _calls(gateway: str, app: str, function: FunctionFolder, bearer: str) -> list[str]:
    """Return curl lines: plain invoke, the function's triggers, and the gateway's routes of the two that have some."""
    headers = {"codecard-avatar": " ".join(_CARD)}.get(function.name, "-H 'X-Device-Id: 7'")
    lines = [f"curl -X POST -H 'Content-Type: application/json' -d '{{}}' {gateway}/invoke/{function.name}"]
    lines += [f"curl {headers} '{gateway}/t/{app}{source}'" for source in function.triggers.values()]
    if function.name == "codecard-avatar":
        lines.append(f"curl -X POST {headers} {gateway}/codecard/avatar")
        lines.append(f".venv/bin/oci-functions cloud press {gateway}/codecard/avatar   # a stock and a reflashed card")
    if function.name == "request-context":
        lines.append(f"curl {bearer} {headers} '{gateway}/request-context/some/path?a=1&b=2'")
    return lines
