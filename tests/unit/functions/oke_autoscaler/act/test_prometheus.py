"""Metrics as Prometheus reads them; what an entry lacks has no sample, whatever another version wrote."""

from __future__ import annotations

import re

from functions.oke_autoscaler.act.prometheus import metrics_text
from functions.oke_autoscaler.act.status_report import METRICS, report_of
from functions.oke_autoscaler.model.decision import Decision, NodeCounts, PoolVerdict

SAMPLE = re.compile(r'[a-z_]+\{pool="(?:[^"\\]|\\.)*"(?:,[a-z]+="[^"]*")*\} -?[0-9.e+]+')


def pool(name: str, **more: object) -> PoolVerdict:
    counts = NodeCounts(registered=3, ready=2, unready=1, min_size=1, max_size=9)
    fields = {"action": "scale-up", "counts": counts, "node_cost": 148.0, "changed": 2, **more}
    return PoolVerdict(f"id-{name}", name, 3, 5, "unschedulable-pods", "ready", **fields)  # type: ignore[arg-type]


def test_each_pool_has_its_samples_under_one_help() -> None:
    made = (pool("a"), pool('q"\n\\', level="warning", flapping="x", node_cost=None))
    text = report_of(Decision(pools=made))({}, 1_767_225_600.0)[0][METRICS]
    assert 'oke_autoscaler_pool_target_size{pool="a"} 5\n' in text
    assert 'oke_autoscaler_pool_nodes{pool="a",state="unready"} 1\n' in text
    assert 'oke_autoscaler_pool_cost_per_month{pool="a"} 740\n' in text
    assert 'oke_autoscaler_pool_decision_cost_per_month{pool="a"} 296\n' in text
    assert 'oke_autoscaler_pool_last_tick_timestamp_seconds{pool="a"} 1767225600\n' in text
    assert 'oke_autoscaler_pool_warning{pool="q\\"\\n\\\\",reason="unschedulable-pods"} 1\n' in text
    assert 'oke_autoscaler_pool_flapping{pool="a"} 0\n' in text
    assert text.count("# TYPE oke_autoscaler_pool_nodes gauge\n") == 1
    assert all(SAMPLE.fullmatch(line) for line in text.splitlines() if not line.startswith("#"))


def test_an_entry_of_another_version_has_the_samples_that_can_be_told() -> None:
    text = metrics_text({"x": {"name": "x", "wanted_size": 3, "time": "soon", "counts": None, "node_cost": "many"}})
    assert 'target_size{pool="x"} 3\n' in text
    assert "cost_per_month" not in text
    assert metrics_text({}) == ""
