"""Rare inputs that a plan, a verdict or a template must take as they are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.oke_autoscaler.decide.cluster.compute_shapes import Hardware, compute_allocatable, hypervisor_bytes
from functions.oke_autoscaler.explain.command import explain, overall_answer
from functions.oke_autoscaler.explain.text import text
from functions.oke_autoscaler.model.quantity import amount
from tests.unit.functions.oke_autoscaler.builders import CLOCK, Json, new_nodes, node, pod, pool, run

HOST, ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"
GIB = 1 << 30
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


@pytest.mark.parametrize(
    ("quantity", "value"),
    [
        ("1", 1000),
        ("250m", 250),
        ("0.1", 100),
        ("1e3m", None),
        ("1e2", 100_000),
        ("1u", 1),
        (2, 2000),
        (0.5, 500),
        ("+1.", 1000),
    ],
)
def test_quantities_of_cpu_are_millicores_rounded_up(quantity: Any, value: int | None) -> None:
    if value is None:
        with pytest.raises(ValueError, match="no quantity"):
            amount("cpu", quantity)
    else:
        assert amount("cpu", quantity) == value


def test_a_quantity_is_capped_where_kubernetes_caps_it() -> None:
    assert amount("memory", "1" + "0" * 40) == amount("memory", 10**25) == 2**63 - 1
    huge = run(
        {"node_pools": [pool("p", 1, ["n"])], "nodes": [node("n", 1000, GIB)], "pods": [pod("x", 10**30, 10**40)]}
    )
    assert huge.pods[0].placed_on is None


def test_blanks_in_the_list_of_safe_volumes_belong_to_the_names() -> None:
    local = pod("s", 1, 1, nodeName="n", volumes=[{"name": "a", "emptyDir": {}}, {"name": "b", "emptyDir": {}}])
    made = {
        "node_pools": [pool("p", 1, ["n"])],
        "nodes": [node("n", 1000, GIB), node("room", 1000, GIB)],
        "pods": [local],
    }
    for listed, reason in (("a,b", None), ("a, b", "LocalStorageRequested"), ("a", "LocalStorageRequested")):
        local["metadata"]["annotations"] = {"cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes": listed}
        assert run(made).nodes[0].reason == reason


@pytest.mark.parametrize(
    ("quantity", "value"),
    [("1Ki", 1024), ("1k", 1000), ("1.5Gi", 1_610_612_736), ("1E", 10**18), ("100m", 1), ("128974848", 128_974_848)],
)
def test_other_quantities_are_whole_units_rounded_up(quantity: str, value: int) -> None:
    assert amount("memory", quantity) == value


@pytest.mark.parametrize(
    ("machine", "cpu", "memory"),
    [
        (Hardware(1, 2), 840, 1_505_755_136),
        (Hardware(4, 16), 3815, 14_283_282_841),
        (Hardware(8, 64), 7803, 62_730_513_940),
        (Hardware(128, 1024), 127_503, 1_070_158_042_890),
    ],
)
def test_what_oke_keeps_for_itself(machine: Hardware, cpu: int, memory: int) -> None:
    offer = compute_allocatable(machine, 110)
    assert (offer["cpu"], offer["memory"]) == (cpu, memory - hypervisor_bytes(machine.memory_gib))


@pytest.mark.parametrize(("asked", "bought"), [("30Gi", {"p": 1}), ("40Gi", {})])
def test_an_empty_pool_offers_the_local_storage_of_an_oke_node(asked: str, bought: Json) -> None:
    made = {**pool("p", 0, []), "nodeShape": "VM.Standard2.4"}
    wanted = pod("x", 1, 1, extra={"ephemeral-storage": asked})
    assert new_nodes(run({"node_pools": [made], "nodes": [], "pods": [wanted]})) == bought


@pytest.mark.parametrize(
    ("shape", "config", "cpu"),
    [
        ("VM.Standard2.4", None, 7803),
        ("VM.Standard.E2.2", None, 3815),
        ("VM.Standard.A1.Flex", {"ocpus": 4.0, "memoryInGBs": 24.0}, 3815),
        ("VM.Standard2.24", {"ocpus": None}, 47_703),
        ("VM.Standard.E2.1.Micro", None, None),
    ],
)
def test_fixed_and_arm_shapes_are_known(shape: str, config: Json | None, cpu: int | None) -> None:
    made = {**pool("p", 0, []), "nodeShape": shape, "nodeShapeConfig": config}
    for asked, bought in ((cpu, {"p": 1}), ((cpu or 0) + 1, {})):
        if asked is not None:
            assert new_nodes(run({"node_pools": [made], "pods": [pod("x", asked, 1)]})) == bought


def test_the_old_way_to_say_a_size_is_understood() -> None:
    made = {**pool("p", 0, []), "nodeConfigDetails": None, "quantityPerSubnet": 2, "subnetIds": ["a", "b"]}
    assert run({"node_pools": [made]}).pools[0].size == 4


def test_zone_names_come_from_live_nodes() -> None:
    def grows(zone: str, **entry: Any) -> bool:
        live = node("n", 1000, GIB, labels={ZONE: "mars"})
        made = pool("p", 1, ["n"])
        made["nodeConfigDetails"]["placementConfigs"] = [{"availabilityDomain": "Uocm:AD-1"}]
        made["nodes"][0] |= entry
        pods = [pod("full", 1000, 1, nodeName="n"), pod("x", 500, 1, nodeSelector={ZONE: zone})]
        return bool(new_nodes(run({"node_pools": [made], "nodes": [live], "pods": pods})))

    assert grows("mars")
    assert grows("mars", availabilityDomain="Uocm:AD-1")
    assert not grows("AD-1")
    assert grows("AD-1", availabilityDomain="Uocm:AD-2")


def test_user_data_that_is_no_base64_is_read_as_it_is() -> None:
    made = {**pool("p", 0, []), "nodeShape": "VM.Standard2.4"}
    made["nodeMetadata"] = {"user_data": "kubelet --register-with-taints a=b:NoSchedule"}
    assert new_nodes(run({"node_pools": [made], "pods": [pod("x", 1, 1)]})) == {}


def test_a_node_that_oke_deletes_gives_no_room() -> None:
    made = pool("p", 1, ["n"])
    made["nodes"][0]["lifecycleState"] = "DELETING"
    decision = run({"node_pools": [made], "nodes": [node("n", 1000, GIB)], "pods": [pod("x", 1, 1)]})
    assert decision.pods[0].placed_on is None
    assert decision.nodes[0].eligible_reason == "CurrentlyBeingDeleted"


def test_pods_that_are_done_and_pods_on_nodes_that_are_gone_do_not_wait() -> None:
    done = pod("done", 1, 1)
    done["status"]["phase"] = "Failed"
    assert run({"node_pools": [], "pods": [done, pod("lost", 1, 1, nodeName="gone")]}).pods == []


def test_a_spread_that_does_not_select_its_own_pod_only_looks_at_the_others() -> None:
    row = {"topologyKey": ZONE, "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}
    spec = {"topologySpreadConstraints": [{**row, "labelSelector": {"matchLabels": {"app": "other"}}}]}
    nodes = [node(f"n{n}", 1000, GIB, labels={ZONE: f"z{n}"}) for n in (1, 2)]
    running = [pod(f"o{n}", 100, 1, "other", nodeName="n1") for n in range(2)]
    decision = run(
        {"node_pools": [], "nodes": nodes, "pods": [*running, *(pod(f"p{n}", 300, 1, "web", **spec) for n in range(3))]}
    )
    assert {verdict.placed_on for verdict in decision.pods} == {"n2"}
    bare = run({"node_pools": [], "nodes": [node("n3", 1000, GIB)], "pods": [pod("p", 1, 1, "web", **spec)]})
    assert bare.pods[0].placed_on is None, "a node without the key is none for the spread"


def test_affinity_and_anti_affinity_on_a_key_that_a_node_has_not() -> None:
    term = {"topologyKey": "rack", "labelSelector": {"matchLabels": {"app": "web"}}}
    for kind, where in (("podAntiAffinity", "n"), ("podAffinity", None)):
        wanted = pod("p", 1, 1, "web", affinity={kind: {REQUIRED: [term]}})
        assert run({"node_pools": [], "nodes": [node("n", 1000, GIB)], "pods": [wanted]}).pods[0].placed_on == where


def test_mismatch_label_keys_keep_tenants_apart_and_a_null_selector_selects_nothing() -> None:
    def tenant(name: str, **labels: str) -> Json:
        term = {"topologyKey": HOST, "labelSelector": {"matchExpressions": [{"key": "tenant", "operator": "Exists"}]}}
        apart = {"podAntiAffinity": {REQUIRED: [{**term, "mismatchLabelKeys": ["tenant"]}]}}
        made = pod(name, 100, 1, "web", affinity=apart)
        made["metadata"]["labels"] |= labels
        return made

    nodes = [node(name, 1000, GIB) for name in ("n1", "n2")]
    pods = [tenant("a1", tenant="a"), tenant("a2", tenant="a"), tenant("b1", tenant="b")]
    where = [verdict.placed_on for verdict in run({"node_pools": [], "nodes": nodes, "pods": pods}).pods]
    assert where == ["n1", "n1", "n2"]
    nothing = pod("p", 1, 1, affinity={"podAffinity": {REQUIRED: [{"topologyKey": HOST}]}})
    assert run({"node_pools": [], "nodes": nodes, "pods": [nothing]}).pods[0].placed_on is None


def test_a_node_that_helps_nobody_is_not_bought() -> None:
    """The pod must be near one that waits for a volume in a zone where no pool makes nodes."""
    near = {"podAffinity": {REQUIRED: [{"topologyKey": HOST, "labelSelector": {"matchLabels": {"app": "db"}}}]}}
    made = {**pool("p", 0, []), "nodeShape": "VM.Standard2.4"}
    decision = run({"node_pools": [made], "pods": [pod("x", 1, 1, "web", affinity=near)]})
    assert new_nodes(decision) == {}
    assert decision.pods[0].reason == "pods-fit-no-node-pool (p: rules between pods (over kubernetes.io/hostname))"


def test_pools_that_share_no_pod_are_separate_problems() -> None:
    shapes = {"small": (2, 16), "large": (4, 64)}
    pools = [
        {**pool(name, 0, []), "nodeShape": "VM.Standard.E4.Flex", "nodeShapeConfig": {"ocpus": o, "memoryInGBs": g}}
        for name, (o, g) in shapes.items()
    ]
    pods = [pod(f"{name}{n}", 1000, GIB, nodeSelector={"name": name}) for name in shapes for n in range(7)]
    bounds = [{"id": "small", "max_size": 1}, {"id": "large", "max_size": 9}]
    decision = run({"node_pools": pools, "pods": pods, "settings": {"node_pools": bounds}})
    assert new_nodes(decision) == {"small": 1, "large": 1}
    assert decision.pools[0].unplaced == 4


def test_a_pool_at_its_maximum_hands_the_rest_to_the_dearer_one() -> None:
    pools = [
        {**pool(name, 0, []), "nodeShape": "VM.Standard.E4.Flex", "nodeShapeConfig": {"ocpus": o, "memoryInGBs": 16}}
        for name, o in (("cheap", 2), ("dear", 4))
    ]
    bounds = [{"id": "cheap", "max_size": 2}, {"id": "dear", "max_size": 9, "cost": 400}]
    pods = [pod(f"p{n}", 3500, GIB) for n in range(6)]
    assert new_nodes(run({"node_pools": pools, "pods": pods, "settings": {"node_pools": bounds}})) == {
        "cheap": 2,
        "dear": 2,
    }


def test_the_summary_of_several_pools_is_that_of_the_busiest() -> None:
    live = [node(name, 1000, GIB) for name in ("a", "z")]
    full = [pod(f"on-{name}", 1000, 1, nodeName=name) for name in ("a", "z")]
    pools = [pool("p", 1, ["a"]), pool("q", 1, ["z"])]

    def told(pods: list[Json], **settings: Any) -> Json:
        snapshot = {"node_pools": pools, "nodes": live, "pods": pods, "settings": settings}
        return overall_answer(explain(json.dumps(snapshot).encode(), CLOCK))

    assert told(full)["reason"] == "no-resource-pressure"
    assert told([*full, pod("x", 1000, 1, nodeSelector={"name": "q"})])["action"] == "scale-up"
    assert told([*full, pod("x", 9000, 1)])["reason"] == "pods-fit-no-node-pool"
    assert told([], node_pool_eval_cpu_load=20, unneeded_minutes=0)["action"] == "scale-down"


def test_sentences_for_what_stays_and_why() -> None:
    loose = pod("loose", 100, 1, nodeName="n")
    loose["metadata"]["ownerReferences"] = []
    made = {"node_pools": [pool("p", 2, ["n", "m"])], "nodes": [node("n", 1000, GIB), node("m", 1000, GIB)]}
    settings = {"node_pool_max_size": 3}
    pods = [loose, *(pod(f"big{n}", 950, 1) for n in range(3)), pod("huge", 9000, 1)]
    lines = text(explain(json.dumps({**made, "pods": pods, "settings": settings}).encode(), CLOCK)).splitlines()
    assert lines == [
        "Node pool p grows from 2 to 3 nodes for 2 pods; 1 of them find no room below its maximum.",
        "1 pod for node m.",
        "1 pod for nodes of p that are yet to come (needs-new-node).",
        "1 pod without a place: node-max-limit-reached (p: node-max-limit-reached (size 2 and 1 new, max_size 3)).",
        "1 pod without a place: pods-fit-no-node-pool (p: insufficient cpu (asked 9, a node of p offers 1)).",
        "Node n cannot be removed: NotReplicated (pod default/loose has no controller).",
        "Node m cannot be removed: NoPlaceToMovePods (pod default/big0, asks for cpu 950m, memory 1 B).",
    ]
    quiet = text(explain(json.dumps({**made, "pods": []}).encode(), CLOCK)).splitlines()
    assert quiet[-1] == "Node m could be removed (0 pods would move) but stays: scale-down-off."


def test_a_broken_pod_goes_without_a_budget_where_the_budget_says_so() -> None:
    def verdict(policy: str | None, ready: str) -> bool:
        running = pod("x", 1, 1, "web", nodeName="n")
        running["status"]["conditions"] = [{"type": "Ready", "status": ready}]
        budget = {
            "metadata": {"name": "b", "namespace": "default"},
            "spec": {"selector": {"matchLabels": {"app": "web"}}, "unhealthyPodEvictionPolicy": policy},
        }
        made = {"node_pools": [pool("p", 1, ["n"])], "nodes": [node("n", 1000, GIB), node("room", 1000, GIB)]}
        return run({**made, "pods": [running], "pod_disruption_budgets": [budget]}).nodes[0].removable

    assert verdict("AlwaysAllow", "False")
    assert not verdict("AlwaysAllow", "True")
    assert not verdict(None, "False")


def test_system_and_local_pods_may_go_where_the_settings_say_so() -> None:
    system = pod("s", 1, 1, nodeName="n", volumes=[{"name": "v", "hostPath": {"path": "/"}}])
    system["metadata"]["namespace"] = "kube-system"
    made = {
        "node_pools": [pool("p", 1, ["n"])],
        "nodes": [node("n", 1000, GIB), node("room", 1000, GIB)],
        "pods": [system],
    }
    keys = ("skip_nodes_with_system_pods", "skip_nodes_with_local_storage")
    expected = {(True, True): "UnmovableKubeSystemPod", (False, True): "LocalStorageRequested", (False, False): None}
    for values, reason in expected.items():
        assert run({**made, "settings": dict(zip(keys, values, strict=True))}).nodes[0].reason == reason
