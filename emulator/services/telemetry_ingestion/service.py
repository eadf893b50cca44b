"""Monitoring's ingestion endpoint: PostMetricData, refusing what the real one refuses.

Source: https://docs.oracle.com/en-us/iaas/api/#/en/monitoring/20180401/MetricData/PostMetricData and the docstrings
of the SDK's MetricDataDetails (2.189.0).
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from emulator.base.service_protocol import OciError, json_response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

MAX_STREAMS = 50
PAST_SECONDS = 2 * 3600
FUTURE_SECONDS = 10 * 60
_NAMESPACE = re.compile(r"(?!oci_|oracle_)[A-Za-z][A-Za-z0-9_]*")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._$-]*")
_DIMENSION = re.compile(r"[!-~]{1,256}")
_DIMENSION_VALUE = 512


@dataclass(frozen=True)
class PostedDatapoint:
    """One datapoint that was taken."""

    namespace: str
    compartment_id: str
    name: str
    dimensions: Mapping[str, str]
    value: float
    at_epoch_seconds: float


class TelemetryIngestionService:
    """Takes datapoints and keeps them in `posted`."""

    name = "telemetry-ingestion"
    signed = True

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.posted: list[PostedDatapoint] = []

    def reset(self) -> None:
        """Forget all datapoints."""
        self.posted.clear()

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the one path."""
        return [web.post("/20180401/metrics", self._post)]

    def values(self, name: str) -> list[float]:
        """Return the values of a metric in the order they came."""
        return [each.value for each in self.posted if each.name == name]

    async def _post(self, request: web.Request) -> web.Response:
        """Take the good streams and name the bad ones; `ATOMIC` takes all or none."""
        document = await request.json()
        streams = document.get("metricData") if isinstance(document, dict) else None
        if not isinstance(streams, list) or not 0 < len(streams) <= MAX_STREAMS:
            raise OciError(400, "InvalidParameter", f"metricData must have 1 to {MAX_STREAMS} metric objects.")
        failed: list[dict[str, object]] = []
        good: list[PostedDatapoint] = []
        for stream in streams:
            faults = list(self._faults(stream))
            if faults:
                failed.append({"message": "; ".join(faults), "metricData": stream})
            else:
                good.extend(_posted(stream))
        if not failed or document.get("batchAtomicity") != "ATOMIC":
            self.posted.extend(good)
        return json_response({"failedMetricsCount": len(failed), "failedMetrics": failed})

    def _faults(self, stream: Mapping[str, Any]) -> Iterator[str]:
        if not _NAMESPACE.fullmatch(str(stream.get("namespace", ""))):
            yield "namespace is not valid"
        if not _NAME.fullmatch(str(stream.get("name", ""))):
            yield "name is not valid"
        if not str(stream.get("compartmentId", "")).startswith(("ocid1.compartment.", "ocid1.tenancy.")):
            yield "compartmentId is not valid"
        dimensions = stream.get("dimensions")
        if not isinstance(dimensions, dict) or not dimensions:
            yield "dimensions are missing"
            return
        for key, value in dimensions.items():
            if not _DIMENSION.fullmatch(key) or not 0 < len(str(value)) <= _DIMENSION_VALUE:
                yield f"dimension {key} is not valid"
        if not stream.get("datapoints"):
            yield "datapoints are missing"
        for point in stream.get("datapoints") or ():
            age = self._clock() - _epoch(str(point.get("timestamp", "")))
            if not -FUTURE_SECONDS <= age <= PAST_SECONDS:
                yield "timestamp is not within two hours past and ten minutes ahead"


def _posted(stream: Mapping[str, Any]) -> Iterator[PostedDatapoint]:
    for point in stream["datapoints"]:
        yield PostedDatapoint(
            namespace=stream["namespace"],
            compartment_id=stream["compartmentId"],
            name=stream["name"],
            dimensions=stream["dimensions"],
            value=float(point["value"]),
            at_epoch_seconds=_epoch(point["timestamp"]),
        )


def _epoch(text: str) -> float:
    """Return seconds since the epoch of an RFC 3339 time, 0 when it is none."""
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return 0.0
