"""The table of nodes: use, pods, cost and what becomes of each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner

from functions.oke_autoscaler.explain.table import format_table
from ops.cli.main import root
from tests.unit.functions.oke_autoscaler.builders import node, pod, pool

if TYPE_CHECKING:
    from pathlib import Path

GIB = 1024**3


def snapshot(tmp_path: Path) -> str:
    young = node("n1", 4000, 16 * GIB)
    young["metadata"]["creationTimestamp"] = "2025-12-31T22:00:00Z"
    made: dict[str, Any] = {
        "now": "2026-01-01T00:00:00Z",
        "node_pools": [pool("p", 3, ["n1", "n2", "gone"])],
        "nodes": [young, node("n2", 4000, 16 * GIB), node("other", 1000, GIB)],
        "pods": [pod("a", 2520, 4 * GIB, nodeName="n1"), pod("b", 1, GIB, nodeName="n1")],
        "settings": {"node_pool_eval_cpu_load": 50, "unneeded_minutes": 0, "node_pool_max_size": 5},
    }
    path = tmp_path / "snapshot.json"
    path.write_text(json.dumps(made))
    return str(path)


def test_a_table_with_the_total_below(tmp_path: Path) -> None:
    done = CliRunner().invoke(root(), ["autoscaler", "nodes", "--snapshot", snapshot(tmp_path)])
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0].split("  ")[0] == "NODE"
    first = lines[1].split()
    assert first[:7] == ["n1", "p", "2h", "63", "31", "2", "148"]
    assert "stays: NotUnderutilized (utilization 63 %, limit 50 %)" in lines[1]
    assert lines[2].endswith("goes now, 0 pods move")
    assert lines[3].split()[:3] == ["other", "-", "-"]
    assert lines[-1] == "4 nodes, 444 a month"


def test_the_same_as_json_and_faults(tmp_path: Path) -> None:
    done = CliRunner().invoke(root(), ["autoscaler", "nodes", "--snapshot", snapshot(tmp_path), "--json"])
    found = json.loads(done.output)
    assert found["nodes"][0]["cpu_percent"] == 63
    assert found["cost_per_month"] == 444
    assert CliRunner().invoke(root(), ["autoscaler", "nodes", "--snapshot", "/nowhere"]).exit_code == 2
    assert "must be 1 or more" in CliRunner().invoke(root(), ["autoscaler", "nodes", "--watch", "0"]).output


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert format_table(("A", "B"), [("long", "x"), ("s", "")]) == "A     B\nlong  x\ns"
