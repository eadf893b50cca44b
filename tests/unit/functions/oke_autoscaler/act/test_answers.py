"""The answers of a tick, its status entries and its summary fields, as functions of a decision."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.oke_autoscaler.act.answers import (
    MAX_LOGGED_NODES,
    MAX_REASONS,
    busy,
    dry_run,
    pool_answer,
    summary_fields,
    tick_answer,
)
from functions.oke_autoscaler.act.status_report import COURSE, MAX_STATUS_NODES, METRICS, report_of
from functions.oke_autoscaler.model.decision import Decision, NodeVerdict, PodVerdict, PoolVerdict
from functions.oke_autoscaler.model.kubernetes_objects import Metadata, Node, NodeSpec
from functions.oke_autoscaler.model.oci_objects import Load
from functions.oke_autoscaler.model.snapshot import Snapshot


def pool(name: str = "p", **more: Any) -> PoolVerdict:
    fields = {"size": 2, "wanted_size": 2, "reason": "no-resource-pressure", "status": "ready", **more}
    return PoolVerdict(f"ocid-{name}", name, **fields)


def test_every_answer_has_the_five_fields_that_users_parse_and_texts_only() -> None:
    assert pool_answer(pool()) == {
        "success": {
            "action": "none",
            "reason": "no-resource-pressure",
            "node-pool-name": "p",
            "node-pool-status": "ready",
            "node-count": "2",
        }
    }


@pytest.mark.parametrize(
    ("reason", "unschedulable", "shown"),
    [
        ("node-pool-status", 0, "0"),
        ("out-of-capacity", 3, "3"),
        ("node-pool-updating", 4, "4"),
        ("node-pool-updating", 0, None),
        ("no-resource-pressure", 0, None),
    ],
)
def test_pods_are_counted_where_the_reason_is_about_them_even_none(
    reason: str, unschedulable: int, shown: str | None
) -> None:
    (body,) = pool_answer(pool(reason=reason, unschedulable=unschedulable)).values()
    assert body.get("unschedulable-pods-count") == shown


def test_the_level_is_the_key_and_what_the_maximum_left_out_is_counted() -> None:
    verdict = pool(level="warning", reason="node-max-limit-reached", unschedulable=5, unplaced=2)
    assert pool_answer(verdict)["warning"]["unplaced-pods-count"] == "2"


def test_one_pool_answers_alone_and_several_as_a_list() -> None:
    assert tick_answer(Decision(pools=(pool(),)), nodes=False) == pool_answer(pool())
    assert tick_answer(Decision(pools=(pool("a"), pool("b"))), nodes=False) == {
        "node-pools": [pool_answer(pool("a")), pool_answer(pool("b"))]
    }


def test_reasons_name_pods_without_a_place_and_nodes_of_the_pool_that_stay() -> None:
    decision = Decision(
        pools=(pool(unschedulable=1),),
        pods=[PodVerdict("d/placed", "n1", "fits-on-node"), PodVerdict("d/huge", None, "too big")],
        nodes=[
            NodeVerdict("n1", "p", reason="NotReplicated"),
            NodeVerdict("n2", "p", reason="x", eligible_reason="used"),
            NodeVerdict("n3", "p", remove_now=True),
            NodeVerdict("n4", "other", reason="y"),
            NodeVerdict("n5", "p", remove_now_reason="minimum", eligible_reason="used", reason="x"),
        ],
    )
    (body,) = tick_answer(decision, nodes=True).values()
    assert body["pod-reasons"] == "d/huge: too big"
    assert body["node-reasons"] == "n1: NotReplicated; n2: used; n5: minimum"
    (body,) = tick_answer(decision, nodes=False).values()
    assert "node-reasons" not in body


def test_a_pool_without_waiting_pods_of_its_own_gives_no_pod_reasons() -> None:
    decision = Decision(pools=(pool("a", unschedulable=1), pool("b")), pods=[PodVerdict("d/x", None, "why")])
    first, second = tick_answer(decision, nodes=False)["node-pools"]
    assert "pod-reasons" in first["success"]
    assert "pod-reasons" not in second["success"]


def test_a_long_list_of_reasons_says_how_many_more_there_are() -> None:
    pods = [PodVerdict(f"d/{number}", None, "why") for number in range(MAX_REASONS + 3)]
    (body,) = tick_answer(Decision(pools=(pool(unschedulable=1),), pods=pods), nodes=False).values()
    assert body["pod-reasons"].count("why") == MAX_REASONS
    assert body["pod-reasons"].endswith("; and 3 more")
    (body,) = tick_answer(Decision(pools=(pool(unschedulable=1),), pods=pods[:MAX_REASONS]), nodes=False).values()
    assert not body["pod-reasons"].endswith("more")


def test_the_status_has_an_entry_a_pool_with_bounded_lists() -> None:
    nodes = [NodeVerdict(f"n{number}", "p", reason="r") for number in range(MAX_STATUS_NODES + 1)]
    pods = [PodVerdict(f"d/{number}", None, "why") for number in range(MAX_REASONS + 1)]
    data, _ = report_of(Decision(pools=(pool(), pool("q")), pods=pods, nodes=nodes))({}, 0.0)
    status = {key: json.loads(text) for key, text in data.items() if key not in {COURSE, METRICS}}
    assert set(status) == {"ocid-p", "ocid-q"}
    assert status["ocid-p"]["wanted_size"] == 2
    assert (len(status["ocid-p"]["nodes"]), len(status["ocid-p"]["pods"])) == (MAX_STATUS_NODES, MAX_REASONS)
    assert status["ocid-q"]["nodes"] == []


def test_a_dry_run_marks_the_answer_of_each_pool() -> None:
    both = dry_run(tick_answer(Decision(pools=(pool("a"), pool("b"))), nodes=False))
    assert [one["success"]["dry-run"] for one in both["node-pools"]] == ["true", "true"]
    assert dry_run(busy())["success"] == {"action": "none", "reason": "busy", "dry-run": "true"}


def node(name: str) -> Node:
    meta = Metadata(name=name, creation_timestamp="2026-01-01T00:00:00Z")
    return Node(metadata=meta, spec=NodeSpec(provider_id=f"oci://{name}-ocid"))


def test_the_summary_line_has_the_result_and_the_nodes_with_their_loads() -> None:
    snapshot = Snapshot(pools=[], nodes=[node("a"), node("b")], pods=[], metrics={"a-ocid": Load(cpu_percent=7.5)})
    fields = summary_fields(busy(), snapshot)
    created = "2026-01-01T00:00:00Z"
    assert fields == {
        "result": busy(),
        "nodes": [
            {"name": "a", "id": "a-ocid", "created": created, "cpu_load": 7.5, "ram_load": None},
            {"name": "b", "id": "b-ocid", "created": created, "cpu_load": None, "ram_load": None},
        ],
    }


def test_the_summary_line_names_a_bounded_number_of_nodes_and_none_that_were_not_read() -> None:
    many = Snapshot(pools=[], nodes=[node(str(number)) for number in range(MAX_LOGGED_NODES + 1)], pods=[])
    nodes = summary_fields(busy(), many)["nodes"]
    assert isinstance(nodes, list)
    assert len(nodes) == MAX_LOGGED_NODES
    assert "nodes" not in summary_fields(busy(), None)
