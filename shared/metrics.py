"""A handful of custom metrics a call, posted to OCI Monitoring when a function's `publish_metrics` is true.

They must never make a call fail or late: they are posted within what is left of the call's time, at most
MAX_POST_SECONDS; a failure is one word in the call's summary line. The post
is signed without the OCI SDK, whose import would cost more than the post. Format:
https://docs.oracle.com/en-us/iaas/api/#/en/monitoring/20180401/MetricData/PostMetricData
"""

from __future__ import annotations

import contextlib
import json
import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shared.deadline import Deadline
from shared.errors import says_expired

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMESPACE = "functions_suite"
"""Of all custom metrics; a policy may be limited to it with `target.metrics.namespace`."""

MAX_POST_SECONDS = 1.0
"""For one post at most, connection and TLS included."""

MARGIN_SECONDS = 0.5
"""Of the call's time that is left untouched for the answer."""

MIN_POST_SECONDS = 0.1
"""With less than this no post is tried."""

MAX_POINTS = 50
"""Metric streams that one post may hold (PostMetricData, limits)."""

MAX_ANSWER_BYTES = 64 * 1024

ATTEMPTS = 2
"""The second one where the signature was refused: OCI may have replaced token and key between the reading of both."""

PATH = "/20180401/metrics"


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


def post_metrics(
    metrics: Metrics,
    environment: Mapping[str, str],
    deadline: Deadline,
    *,
    endpoint: str = "",
    longest_seconds: float = MAX_POST_SECONDS,
) -> str:
    """Post the points; return how it went, for the summary line. Never raises, and returns within its time.

    ``endpoint`` replaces the region's ingestion endpoint; ``longest_seconds`` may shorten the post's own limit.
    """
    seconds = min(MAX_POST_SECONDS, longest_seconds, deadline.remaining_seconds() - MARGIN_SECONDS)
    if not metrics.points or seconds < MIN_POST_SECONDS:
        return "no time left" if metrics.points else "none"
    points = metrics.points[:MAX_POINTS]
    try:
        return _post(points, environment, endpoint, Deadline.after(seconds))
    except Exception as fault:  # noqa: BLE001  (metrics must not make a call fail, whatever is wrong with them)
        return f"failed: {type(fault).__name__}"


def ingestion_endpoint(region: str, environment: Mapping[str, str]) -> str:
    """Return the region's endpoint for PostMetricData (Monitoring has another for all else).

    The realm is that of OCI_REGION_METADATA, a JSON object that OCI Functions gives; without it the commercial realm.
    """
    try:
        realm = str(json.loads(environment["OCI_REGION_METADATA"])["realmDomainComponent"])
    except (KeyError, ValueError, TypeError):
        realm = "oraclecloud.com"
    return f"https://telemetry-ingestion.{region}.{realm}"


def body_of(points: list[Point], compartment_id: str, now_epoch_seconds: float) -> bytes:
    """Return the request's body: one stream a point, all at the same second."""
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


def _post(points: list[Point], environment: Mapping[str, str], endpoint: str, deadline: Deadline) -> str:
    """Post the points and return how it went; whatever the principal's files or the answer raise passes through."""
    from shared.http.client import HttpClient, HttpError  # only who publishes pays
    from shared.oci import signature

    with contextlib.closing(HttpClient(repeats=False)) as http:
        for _ in range(ATTEMPTS):
            principal = signature.load_resource_principal(environment)
            url = (endpoint or ingestion_endpoint(principal.region, environment)) + PATH
            now = time.time()
            body = body_of(points, principal.compartment_id, now)
            headers = signature.sign(principal, "POST", url, {}, now_epoch_seconds=now, body=body)
            try:
                answer = http.send("POST", url, deadline, limit_bytes=MAX_ANSWER_BYTES, headers=headers, body=body)
            except HttpError as error:
                return "late" if error.late else f"failed: {error.fault}"
            if answer.status != 401:
                break
    if says_expired(answer.status, answer.body.decode("utf-8", "replace")):
        return "failed: token expired"
    if answer.status != 200:
        return f"failed: status {answer.status}"
    refused = json.loads(answer.body).get("failedMetricsCount", 0)
    return f"failed: {refused} of {len(points)} refused" if refused else f"posted {len(points)}"
