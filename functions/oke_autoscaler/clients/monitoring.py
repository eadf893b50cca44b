"""Measured load of instances from OCI Monitoring: one grouped query a metric, whatever the number of nodes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from shared.errors import OciServiceError
from shared.oci.clients import oci_errors

if TYPE_CHECKING:
    from collections.abc import Iterable

SERVICE = "monitoring"
NAMESPACE = "oci_computeagent"
"""Where the compute agent writes; https://docs.oracle.com/en-us/iaas/Content/Compute/References/computemetrics.htm"""

POINT_INTERVAL = "1m"
"""One-minute points, averaged here: MQL takes no interval above 60 minutes, and users' windows may be longer."""


class _Point(msgspec.Struct):
    value: float | None = None


class _Stream(msgspec.Struct, rename="camel"):
    name: str
    dimensions: dict[str, str] | None = None
    aggregated_datapoints: list[_Point] | None = None


def average_percent(
    monitoring: Any,  # noqa: ANN401  (the SDK's client, made with raw=True)
    metric: str,
    compartments: Iterable[str],
    now_epoch_seconds: float,
    window_minutes: int,
) -> dict[str, float]:
    """Return the mean of ``metric`` in percent over the window, by instance OCID.

    An instance without points has no entry: no measurement must never look like an idle node. Raises OciServiceError.
    """
    averages: dict[str, float] = {}
    for compartment in sorted(set(compartments)):
        for stream in _streams(monitoring, metric, compartment, now_epoch_seconds, window_minutes):
            values = [point.value for point in stream.aggregated_datapoints or () if point.value is not None]
            instance = (stream.dimensions or {}).get("resourceId", "")
            if instance and values:
                averages[instance] = sum(values) / len(values)
    return averages


def _streams(
    monitoring: Any,  # noqa: ANN401
    metric: str,
    compartment: str,
    now_epoch_seconds: float,
    window_minutes: int,
) -> list[_Stream]:
    from oci.monitoring.models import SummarizeMetricsDataDetails as Details

    end = datetime.fromtimestamp(now_epoch_seconds, tz=UTC)
    details = Details(
        namespace=NAMESPACE,
        query=f"{metric}[{POINT_INTERVAL}].groupBy(resourceId).mean()",
        start_time=end - timedelta(minutes=window_minutes),
        end_time=end,
        resolution=POINT_INTERVAL,
    )
    with oci_errors(SERVICE):
        answer = monitoring.summarize_metrics_data(compartment, details).data
    try:
        streams = msgspec.convert(answer, list[_Stream])
    except msgspec.ValidationError as fault:
        raise _malformed(f"the answer cannot be read: {str(fault)[:200]}") from None
    # The load of a node decides whether it goes: the measurements of something else must not pass for it.
    if other := next((stream.name for stream in streams if stream.name != metric), ""):
        raise _malformed(f"{metric} was asked for, {other[:100]} came")
    return streams


def _malformed(text: str) -> OciServiceError:
    return OciServiceError(text, code="malformed", service=SERVICE)
