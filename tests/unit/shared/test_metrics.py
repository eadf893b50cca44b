"""The body of a post of metrics, and which points are left out."""

from __future__ import annotations

import json

from shared.deadline import Deadline
from shared.metrics import NAMESPACE, Metrics, body_of, post_metrics


def test_each_point_is_a_stream_of_one_value_at_the_same_second() -> None:
    metrics = Metrics("f")
    metrics.add("nodes", 3, node_pool="p")
    metrics.add("lag_hours", 0.5)
    body = json.loads(body_of(metrics.points, "ocid1.compartment.oc1..c", 1795340900))
    assert [(each["name"], each["dimensions"]) for each in body["metricData"]] == [
        ("nodes", {"function": "f", "node_pool": "p"}),
        ("lag_hours", {"function": "f"}),
    ]
    assert {each["namespace"] for each in body["metricData"]} == {NAMESPACE}
    assert {each["datapoints"][0]["timestamp"] for each in body["metricData"]} == {"2026-11-22T09:48:20Z"}


def test_a_value_that_is_no_finite_number_is_left_out() -> None:
    metrics = Metrics("f")
    metrics.add("lag_hours", float("nan"))
    metrics.add("lag_hours", float("inf"))
    assert metrics.points == []
    assert post_metrics(metrics, {}, Deadline.after(30)) == "none"
