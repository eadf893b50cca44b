"""explain: the JSON contract, faulty snapshots, unknown against empty, and the sentences."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from functions.oke_autoscaler.errors import BadSnapshot
from functions.oke_autoscaler.explain.command import decision_object, explain, main
from functions.oke_autoscaler.explain.text import text
from tests.unit.functions.oke_autoscaler.builders import CLOCK, Json, node, pod, pool

ROOT = Path(__file__).resolve().parents[5]


def snapshot(**more: Any) -> Json:
    return {
        "now": "2026-01-01T00:00:00Z",
        "settings": {"node_pool_max_size": "5"},
        "node_pools": [pool("p", 1, ["n1"])],
        "nodes": [node("n1", 1000, 1 << 30)],
        "pods": [pod("run", 600, 1, nodeName="n1"), pod("a", 300, 1), pod("b", 900, 1)],
        **more,
    }


def answer(data: Json) -> Json:
    return json.loads(msgspec.json.encode(decision_object(explain(json.dumps(data).encode(), CLOCK))))


def test_the_object_has_decision_pools_pods_and_nodes() -> None:
    found = answer(snapshot())
    assert found["decision"] | {"node-pool-name": ""} == {
        "action": "scale-up",
        "reason": "unschedulable-pods",
        "unschedulable-pods-count": "1",
        "node-pool-name": "",
        "node-pool-status": "ready",
        "node-count": "2",
        "level": "success",
    }
    assert found["pools"] == [
        {
            "id": "p",
            "name": "p",
            "size": 1,
            "wanted_size": 2,
            "reason": "unschedulable-pods",
            "detail": "for default/b",
            "action": "scale-up",
            "status": "ready",
        }
    ]
    assert found["pods"] == [
        {"pod": "default/a", "placed_on": "n1", "reason": "fits-on-node"},
        {"pod": "default/b", "placed_on": "new:p", "reason": "needs-new-node"},
    ]
    assert found["nodes"][0]["evict"] == ["default/run"]
    assert found["nodes"][0]["reason"] == "NoPlaceToMovePods"


def test_a_kubernetes_list_is_as_good_as_a_list() -> None:
    plain = snapshot()
    listed = {**plain, "pods": {"kind": "List", "items": plain["pods"]}, "nodes": {"items": plain["nodes"]}}
    assert answer(listed) == answer(plain)


def test_a_list_of_one_kind_tells_the_kind_of_its_items() -> None:
    made = snapshot(controllers={"kind": "ReplicaSetList", "items": [{"metadata": {"name": "web"}}]})
    made["pods"] = [pod("x", 1, 1, "web", nodeName=made["nodes"][0]["metadata"]["name"])]
    assert answer(made)["nodes"][0]["reason"] != "ControllerNotFound"
    made["controllers"]["kind"] = "JobList"
    assert answer(made)["nodes"][0]["reason"] == "ControllerNotFound"


def test_what_is_left_out_or_null_is_unknown_and_what_is_empty_is_empty() -> None:
    assert answer(snapshot(controllers=None))["nodes"][0]["blocking_pod"] is None
    assert answer(snapshot(controllers=[]))["nodes"][0]["reason"] == "ControllerNotFound"
    assert answer(snapshot(metrics=None, now=None, pod_disruption_budgets=None, priority_classes=None))
    assert answer({}) == {
        "decision": {"action": "none", "reason": "no-node-pools"},
        "pools": [],
        "pods": [],
        "nodes": [],
    }


def test_settings_may_be_texts_or_json_values() -> None:
    as_values = {"node_pools": [{"id": "p", "max_size": 5}], "skip_nodes_with_system_pods": False}
    as_texts = {"node_pools": json.dumps(as_values["node_pools"]), "skip_nodes_with_system_pods": "false"}
    assert answer(snapshot(settings=as_values)) == answer(snapshot(settings=as_texts))


def test_a_node_that_only_oke_knows_is_told_of() -> None:
    found = answer(snapshot(node_pools=[pool("p", 2, ["n1", "n5"])], pods=[], settings={"node_pools": [{"id": "p"}]}))
    assert [(each["node"], each["reason"]) for each in found["nodes"]] == [("n1", None), ("n5", "NoNodeInfo")]


def test_nodes_without_conditions_and_pools_without_nodes_are_taken() -> None:
    bare = {"metadata": {"name": "bare"}}
    found = answer(snapshot(nodes=[bare], node_pools=[{**pool("p", 1, []), "nodes": None}], pods=[]))
    assert [(each["node"], each["reason"]) for each in found["nodes"]] == [("bare", "NotAutoscaled")]


def test_items_of_a_typed_list_have_its_kind() -> None:
    owner = {"metadata": {"name": "run"}, "spec": {"replicas": 1}}
    listed = {"kind": "ReplicaSetList", "apiVersion": "apps/v1", "items": [owner]}
    assert (
        answer(snapshot(controllers=listed, pods=[pod("run", 600, 1, nodeName="n1")]))["nodes"][0]["blocking_pod"]
        is None
    )


def faulty(change: Json) -> Json:
    with pytest.raises(BadSnapshot) as caught:
        explain(json.dumps(snapshot(**change)).encode(), CLOCK)
    return caught.value.to_body()["error"]


BAD_PODS = {
    "spec": {**pod("y", 1, 1), "spec": 7},
    "metadata": {"spec": {}},
    "spec.containers[0].resources.requests.cpu": pod(
        "x", 1, 1, containers=[{"resources": {"requests": {"cpu": "much"}}}]
    ),
    "spec.containers[0].resources.requests.memory": pod(
        "x", 1, 1, containers=[{"resources": {"requests": {"memory": "-1"}}}]
    ),
    "spec.overhead.cpu": pod("x", 1, 1, overhead={"cpu": ""}),
    "metadata.creationTimestamp": {"metadata": {"name": "x", "creationTimestamp": ""}},
    "metadata.deletionTimestamp": {"metadata": {"name": "x", "deletionTimestamp": "soon"}},
}


@pytest.mark.parametrize("path", BAD_PODS)
def test_what_cannot_be_read_of_a_pod_is_named_and_the_others_are_decided_on(path: str) -> None:
    made = snapshot()
    made["pods"].insert(1, BAD_PODS[path])
    found = answer(made)
    assert [row["path"] for row in found.pop("unreadable")] == [path if path != "metadata" else "$"]
    assert [row for row in found["pods"] if not row["reason"].startswith("unreadable: ")] == answer(snapshot())["pods"]
    assert found["pools"] == answer(snapshot())["pools"]


BAD_OBJECTS = {
    "status.allocatable.cpu": {"nodes": [node("n1", 1, 1, extra={"cpu": "x"})]},
    "status.conditions[0].lastTransitionTime": {
        "nodes": [{"metadata": {"name": "n1"}, "status": {"conditions": [{"lastTransitionTime": "never"}]}}]
    },
    "spec.template.spec.containers[0].resources.requests.cpu": {
        "controllers": [
            {
                "kind": "DaemonSet",
                "metadata": {"name": "d"},
                "spec": {"template": {"spec": {"containers": [{"resources": {"requests": {"cpu": "?"}}}]}}},
            }
        ]
    },
    "timeFinished": {"work_requests": [{"timeFinished": "later"}]},
    "metadata.labels.a": {"namespaces": [{"metadata": {"name": "n", "labels": {"a": 1}}}]},
}


@pytest.mark.parametrize("path", BAD_OBJECTS)
def test_what_cannot_be_read_of_another_object_is_named(path: str) -> None:
    assert [row["path"] for row in answer(snapshot(**BAD_OBJECTS[path]))["unreadable"]] == [path]


def test_text_names_what_cannot_be_read() -> None:
    made = snapshot(pods=[pod("x", 1, 1, overhead={"cpu": "1E300"})])
    lines = text(explain(json.dumps(made).encode(), CLOCK)).splitlines()
    assert lines[-1] == "Unreadable: Pod default/x, spec.overhead.cpu, '1E300': is more than the scheduler can count."


BAD_OTHERS = {
    "pods": {"pods": 5},
    "node_pools[0].nodeConfigDetails.size": {"node_pools": [{"id": "p", "nodeConfigDetails": {"size": -1}}]},
    "node_pools[0].nodeShapeConfig.memoryInGBs": {
        "node_pools": [{"id": "p", "nodeShapeConfig": {"memoryInGBs": 1e300}}]
    },
    "controllers.items": {"controllers": {"replicasets": []}},
    "node_pools[0].id": {"node_pools": [{"name": "p"}]},
    "nodes.items": {"nodes": {"kind": "Node"}},
    "nodes[1].metadata.name": {"nodes": [node("n", 1, 1), node("n", 1, 1)]},
    "node_pools[1].id": {"node_pools": [pool("p", 1, []), pool("p", 1, [])]},
    "controllers[0].kind": {"controllers": [{"metadata": {"name": "rs"}}]},
    "now": {"now": "today"},
    "settings.node_pool_max_size": {"settings": {"node_pool_max_size": "many"}},
    "settings.node_pools": {"settings": {"node_pools": [{"id": "p", "min_size": -1}]}},
    "metrics[...].cpu_percent": {"metrics": {"i": {"cpu_percent": "low"}}},
}


@pytest.mark.parametrize("path", BAD_OTHERS)
def test_the_path_names_the_place_elsewhere(path: str) -> None:
    error = faulty(BAD_OTHERS[path])
    assert (error["reason"], error["path"]) == ("bad-snapshot", path)


@pytest.mark.parametrize("key", ["pods", "nodes"])
def test_a_name_that_is_no_utf_8_is_told_of(key: str) -> None:
    with pytest.raises(BadSnapshot) as caught:
        explain(b'{"%s": [{"metadata": {"name": "\xff"}}]}' % key.encode(), CLOCK)
    assert caught.value.path == f"{key}[0]"


@pytest.mark.parametrize("data", [b"", b"nonsense", b"[]", b'{"pods": [', b"\xff", b"[" * 100_000])
def test_what_is_no_snapshot_at_all_is_refused(data: bytes) -> None:
    with pytest.raises(BadSnapshot):
        explain(data, CLOCK)


def test_the_command_prints_one_object_and_ends_with_0_or_2(tmp_path: Path, capfdbinary: Any) -> None:
    file = tmp_path / "s.json"
    file.write_text(json.dumps(snapshot()))
    assert main(["--snapshot", str(file)]) == 0
    assert set(json.loads(capfdbinary.readouterr().out)) == {"decision", "pools", "pods", "nodes"}
    assert main(["--snapshot", str(tmp_path / "missing.json")]) == 2
    assert json.loads(capfdbinary.readouterr().out)["error"]["reason"] == "bad-snapshot"


def test_explain_needs_no_sdk_and_reads_standard_input() -> None:
    command = "from functions.oke_autoscaler.explain.command import main; main(['--snapshot', '-'])"
    code = f"import sys; {command}; print('oci' in sys.modules)"
    done = subprocess.run(  # noqa: S603  (our own command)
        [sys.executable, "-c", code], input=json.dumps(snapshot()), capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.splitlines()[-1] == "False"


def test_text_says_it_in_sentences() -> None:
    lines = text(explain(json.dumps(snapshot()).encode(), CLOCK)).splitlines()
    assert lines == [
        "Node pool p grows from 1 to 2 nodes for 1 pods.",
        "1 pod for node n1.",
        "1 pod for nodes of p that are yet to come (needs-new-node).",
        "Node n1 cannot be removed: NoPlaceToMovePods (pod default/run, asks for cpu 600m, memory 1 B).",
    ]
    idle = snapshot(pods=[], settings={"node_pool_eval_cpu_load": 20, "unneeded_minutes": 0})
    assert text(explain(json.dumps(idle).encode(), CLOCK)).splitlines() == [
        "Node pool p shrinks from 1 to 0 nodes: unneeded (n1: utilization 0 %, limit 50 %).",
        "No pod is pending.",
        "Node n1 is removed now; 0 pods move.",
    ]


def test_unknown_fields_and_enums_do_no_harm() -> None:
    odd = snapshot()
    odd["node_pools"][0] |= {"lifecycleState": "UNKNOWN_ENUM_VALUE", "newField": {"x": 1}}
    odd["node_pools"][0]["nodes"] += [{"id": ""}, {"id": None, "lifecycleState": "NEW"}]
    odd["pods"][0]["spec"]["dnsPolicy"] = "ClusterFirst"
    assert answer(odd)["decision"]["action"] == "scale-up"


def test_standard_input_may_be_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(json.dumps(snapshot()).encode())

    monkeypatch.setattr(sys, "stdin", Stdin())
    assert main(["--snapshot", "-", "--text"]) == 0


def test_a_missing_key_of_a_live_cluster_is_to_be_set_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    for name in ("cluster_id", "node_pool_id", "node_pools"):
        monkeypatch.delenv(name, raising=False)
    assert main(["--live"]) == 2
    error = json.loads(capfdbinary.readouterr().out)["error"]
    assert "cluster_id" in error["faults"]
    assert "environment variables" in error["fix"]
    assert "fn config" not in error["fix"]


def test_a_tag_picks_the_pools_of_the_file() -> None:
    pools = [pool("p", 1, ["n1"], freeformTags={"managed": "true", "maxSize": "1"}), pool("q", 0, [])]
    found = answer(snapshot(node_pools=pools, settings={"node_pool_tag": "managed=true"}))
    assert [each["id"] for each in found["pools"]] == ["p"]
    assert found["decision"]["reason"] == "node-max-limit-reached"
