"""A handful of custom metrics a call, posted to OCI Monitoring when a function's `publish_metrics` is true.

They must never make a call fail or late: they are posted within what is left of the call's time, at most
POST_SECONDS, in a thread that nobody waits for any longer; a failure is one word in the call's summary line. The post
is signed without the OCI SDK, whose import would cost more than the post. Format:
https://docs.oracle.com/en-us/iaas/api/#/en/monitoring/20180401/MetricData/PostMetricData
"""

from __future__ import annotations

import json
import math
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.deadline import Deadline

NAMESPACE = "functions_suite"
"""Of all custom metrics; a policy may be limited to it with `target.metrics.namespace`."""

POST_SECONDS = 1.0
"""For one post at most, connection and TLS included."""

MARGIN_SECONDS = 0.5
"""Of the call's time that is left untouched for the answer."""

LEAST_SECONDS = 0.1
"""With less than this no post is tried."""

MAX_POINTS = 50
"""Metric streams that one post may hold (PostMetricData, limits)."""

PATH = "/20180401/metrics"


class PostError(Exception):
    """The post was refused; the text tells status or count, never the body."""


@dataclass(frozen=True, slots=True)
class Point:
    """One value of one metric: its name, the value and what it belongs to (dimension to text)."""

    name: str
    value: float
    dimensions: Mapping[str, str]


@dataclass(slots=True)
class Metrics:
    """The points of one call; ``function`` is a dimension of each."""

    function: str
    points: list[Point] = field(default_factory=list)

    def add(self, name: str, value: float, **dimensions: str) -> None:
        """Add a point (unit in the name: ``lag_hours``); one that is no finite number is left out."""
        if math.isfinite(value):
            given = {key: text for key, text in dimensions.items() if text}
            self.points.append(Point(name, float(value), {"function": self.function, **given}))


def publish(
    metrics: Metrics,
    environment: Mapping[str, str],
    deadline: Deadline,
    *,
    endpoint: str = "",
    longest_seconds: float = POST_SECONDS,
) -> str:
    """Post the points; return how it went, for the summary line. Never raises, and returns within its time.

    ``endpoint`` replaces the region's ingestion endpoint; ``longest_seconds`` may shorten the post's own limit.
    """
    seconds = min(POST_SECONDS, longest_seconds, deadline.remaining_seconds() - MARGIN_SECONDS)
    if not metrics.points or seconds < LEAST_SECONDS:
        return "no time left" if metrics.points else "none"
    outcome = ["late"]

    def post() -> None:
        try:
            _post(metrics.points[:MAX_POINTS], environment, endpoint, seconds)
            outcome[0] = f"posted {len(metrics.points[:MAX_POINTS])}"
        except PostError as refused:
            outcome[0] = f"failed: {refused}"
        except Exception as fault:  # noqa: BLE001  (metrics must not make a call fail, whatever is wrong with them)
            outcome[0] = f"failed: {type(fault).__name__}"

    thread = threading.Thread(target=post, name="metrics", daemon=True)  # a name's look-up knows no timeout of its own
    thread.start()
    thread.join(seconds)
    return outcome[0]


def ingestion_endpoint(region: str, environment: Mapping[str, str]) -> str:
    """The region's endpoint for PostMetricData (it differs from Monitoring's other one); the realm from the container.

    OCI_REGION_METADATA is a JSON object that OCI Functions gives; without it the commercial realm is taken.
    """
    try:
        realm = str(json.loads(environment["OCI_REGION_METADATA"])["realmDomainComponent"])
    except (KeyError, ValueError, TypeError):
        realm = "oraclecloud.com"
    return f"https://telemetry-ingestion.{region}.{realm}"


def body_of(points: list[Point], compartment_id: str, now_epoch_seconds: float) -> bytes:
    """The request's body: one stream a point, all at the same second."""
    timestamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now_epoch_seconds))
    streams: list[dict[str, Any]] = [
        {
            "namespace": NAMESPACE,
            "compartmentId": compartment_id,
            "name": point.name,
            "dimensions": dict(point.dimensions),
            "datapoints": [{"timestamp": timestamp, "value": point.value}],
        }
        for point in points
    ]
    return json.dumps({"metricData": streams, "batchAtomicity": "NON_ATOMIC"}).encode()


def _post(points: list[Point], environment: Mapping[str, str], endpoint: str, seconds: float) -> None:
    import http.client  # only who publishes pays

    from shared.oci import signature
    from shared.tls import client_context

    principal = signature.load_resource_principal(environment)
    base = urlsplit(endpoint or ingestion_endpoint(principal.region, environment))
    body = body_of(points, principal.compartment_id, time.time())
    path = base.path + PATH
    headers = signature.sign(
        principal, "POST", f"{base.scheme}://{base.netloc}{path}", {}, now_epoch_seconds=time.time(), body=body
    )
    connection: http.client.HTTPConnection
    if base.scheme == "https":
        connection = http.client.HTTPSConnection(base.netloc, timeout=seconds, context=client_context())
    else:
        connection = http.client.HTTPConnection(base.netloc, timeout=seconds)
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        content = answer.read(65536)
    finally:
        connection.close()
    if answer.status != 200:
        raise PostError(f"status {answer.status}")
    refused = json.loads(content).get("failedMetricsCount", 0)
    if refused:
        raise PostError(f"{refused} of {len(points)} refused")
