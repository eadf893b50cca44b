"""Monitoring's API: summarizeMetricsData for the instances of the cluster's nodes.

Source: https://docs.oracle.com/en-us/iaas/api/#/en/monitoring/20180401/MetricData/SummarizeMetricsData
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiohttp import web

from emulator.base.service_protocol import OciError, json_response, timestamp
from emulator.oke.nodes.instance_metrics import CPU, MINUTE, RAM
from emulator.oke.services.mql import Query, QueryError, interval_seconds, parse_mql

if TYPE_CHECKING:
    from emulator.kubernetes.object_fields import Object
    from emulator.oke.runtime import ClusterRuntime

NAMESPACE = "oci_computeagent"
_DAY_SECONDS = 86400
_LONGEST_RANGE_SECONDS = {60: 7 * _DAY_SECONDS, 300: 30 * _DAY_SECONDS}
"""A one-minute interval reaches back seven days, five minutes thirty, longer ones ninety."""


class MonitoringService:
    """Answers for one cluster."""

    name = "monitoring"
    signed = True

    def __init__(self, cluster: ClusterRuntime) -> None:
        self._cluster = cluster

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the path of the API."""
        return [web.post("/20180401/metrics/actions/summarizeMetricsData", self._summarize)]

    async def _summarize(self, request: web.Request) -> web.Response:
        details = await request.json()
        compartment = request.query.get("compartmentId")
        if not compartment:
            raise OciError(400, "MissingParameter", "compartmentId is missing.")
        if not details.get("namespace") or not details.get("query"):
            raise OciError(400, "InvalidParameter", "namespace and query are needed.")
        query = _parsed(details)
        with self._cluster.lock:
            self._cluster.settle()
            now = self._cluster.clock()
            start, end = _range(details, now, query.interval_seconds)
            if details["namespace"] != NAMESPACE or query.metric not in {CPU, RAM}:
                return json_response([])
            self._cluster.metrics.sample(now)
            return json_response(self._streams(query, compartment, start, end))

    def _streams(self, query: Query, compartment: str, start: float, end: float) -> list[Object]:
        """Return the answer's metric streams."""
        groups: dict[tuple[tuple[str, str], ...], dict[int, list[float]]] = {}
        for instance in self._cluster.life.instances.values():
            dimensions = _dimensions(instance)
            if instance["compartmentId"] != compartment or not query.matches(dimensions):
                continue
            born = datetime.fromisoformat(instance["timeCreated"]).timestamp()
            until = min(end, self._cluster.clock() + 1) if instance["lifecycleState"] == "RUNNING" else start
            first = -(-int(max(start, born)) // MINUTE) * MINUTE
            cells = groups.setdefault(tuple(sorted(query.group(dimensions).items())), defaultdict(list))
            for at, value in self._cluster.metrics.points(
                instance["id"], query.metric, range(first, int(until), MINUTE)
            ):
                cells[-(-at // query.interval_seconds) * query.interval_seconds].append(value)
        return [_stream(query, compartment, dict(key), cells) for key, cells in groups.items() if cells]


def _parsed(details: Object) -> Query:
    try:
        query = parse_mql(str(details["query"]))
        if details.get("resolution"):
            interval_seconds(str(details["resolution"]))
    except QueryError as error:
        raise OciError(400, "InvalidParameter", f"{error}") from error
    return query


def _range(details: Object, now: float, interval: int) -> tuple[float, float]:
    """Return start and end: the last three hours by default. Raises OciError 400."""
    try:
        end = datetime.fromisoformat(details["endTime"]).timestamp() if details.get("endTime") else now
        start = datetime.fromisoformat(details["startTime"]).timestamp() if details.get("startTime") else end - 10800
    except ValueError as error:
        raise OciError(400, "InvalidParameter", f"startTime and endTime must be RFC 3339: {error}") from error
    if start >= end:
        raise OciError(400, "InvalidParameter", "startTime must lie before endTime.")
    if end - start > _LONGEST_RANGE_SECONDS.get(interval, 90 * _DAY_SECONDS):
        raise OciError(400, "InvalidParameter", "The time range is too long for this interval.")
    return start, end


def _dimensions(instance: Object) -> dict[str, str]:
    return {
        "resourceId": instance["id"],
        "resourceDisplayName": instance["displayName"],
        "availabilityDomain": instance["availabilityDomain"],
        "faultDomain": instance["faultDomain"],
        "shape": instance["shape"],
        "region": "us-ashburn-1",
    }


def _stream(query: Query, compartment: str, dimensions: dict[str, str], cells: dict[int, list[float]]) -> Object:
    return {
        "namespace": NAMESPACE,
        "resourceGroup": None,
        "compartmentId": compartment,
        "name": query.metric,
        "dimensions": dimensions,
        "metadata": {"unit": "Percent", "displayName": query.metric},
        "resolution": None,
        "aggregatedDatapoints": [
            {"timestamp": timestamp(datetime.fromtimestamp(at, tz=UTC).timestamp()), "value": query.aggregate(values)}
            for at, values in sorted(cells.items())
        ],
    }
