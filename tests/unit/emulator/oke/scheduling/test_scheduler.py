"""The emulated cluster's own scheduler: who is bound where, and why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from emulator.kubernetes.object_fields import condition_of, node_name_of
from emulator.oke.model.network import DOMAINS

if TYPE_CHECKING:
    from emulator.oke.emulated_cluster import EmulatedCluster


def place(cluster: EmulatedCluster, name: str, **fields: Any) -> str:
    """The node of a new pod, or why there is none."""
    cluster.add_pod(name, **fields)
    cluster.settle()
    pod = cluster.get("Pod", name, fields.get("namespace", "default"))
    condition = condition_of(pod, "PodScheduled")
    assert condition is not None
    return node_name_of(pod) or condition["message"]


def hosts(cluster: EmulatedCluster, size: int = 2, **fields: Any) -> list[str]:
    return [node.host for node in cluster.add_pool("p", size=size, **fields).nodes]


def zones(cluster: EmulatedCluster) -> list[str]:
    return [
        cluster.get("Node", node_name_of(pod))["metadata"]["labels"]["topology.kubernetes.io/zone"]
        for pod in cluster.objects("Pod")
        if node_name_of(pod)
    ]


def test_pods_go_where_there_is_most_room(cluster: EmulatedCluster) -> None:
    first, second = hosts(cluster)
    cluster.add_pod("a", cpu="1", node=first)
    assert place(cluster, "b", cpu="1") == second


def test_a_pod_that_fits_nowhere_is_marked_with_the_reasons(cluster: EmulatedCluster) -> None:
    first, _ = hosts(cluster)
    cluster.add_pod("a", cpu="3", node=first)
    assert place(cluster, "b", cpu="3.5") != first
    assert place(cluster, "c", cpu="3") == (
        "0/2 nodes are available: 2 Insufficient cpu. "
        "preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod."
    )
    assert place(cluster, "d", spec={"nodeSelector": {"name": "q"}}) == (
        "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. "
        "preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."
    )


def test_init_containers_and_overhead_take_room(cluster: EmulatedCluster) -> None:
    hosts(cluster, 1)
    init = {"name": "i", "resources": {"requests": {"cpu": "4"}}}
    sidecar = {"name": "s", "restartPolicy": "Always", "resources": {"requests": {"cpu": "2"}}}
    assert "Insufficient cpu" in place(cluster, "a", spec={"initContainers": [init]})
    assert "Insufficient cpu" in place(cluster, "b", cpu="2", spec={"initContainers": [sidecar]})
    assert "Insufficient memory" in place(cluster, "c", spec={"overhead": {"memory": "16Gi"}})
    assert place(cluster, "d", cpu="1", spec={"initContainers": [sidecar]}).startswith("10.")


def test_the_number_of_pods_of_a_node_is_limited(cluster: EmulatedCluster) -> None:
    (host,) = hosts(cluster, 1, max_pods=2)
    cluster.add_pod("a", node=host)
    cluster.add_pod("b", node=host)
    assert "Too many pods" in place(cluster, "c")


def test_taints_keep_pods_away_that_do_not_tolerate_them(cluster: EmulatedCluster) -> None:
    (host,) = hosts(cluster, 1, taints="team=a:NoSchedule")
    assert "untolerated taint" in place(cluster, "a")
    for number, toleration in enumerate(
        (
            {"key": "team", "operator": "Equal", "value": "a"},
            {"key": "team", "operator": "Exists", "effect": "NoSchedule"},
            {"operator": "Exists"},
        )
    ):
        assert place(cluster, f"ok{number}", spec={"tolerations": [toleration]}) == host
    for number, toleration in enumerate(
        ({"key": "team", "value": "b"}, {"key": "team", "operator": "Exists", "effect": "NoExecute"})
    ):
        assert "untolerated taint" in place(cluster, f"no{number}", spec={"tolerations": [toleration]})


def test_a_cordoned_node_takes_no_pod_and_an_unwelcome_one_the_last(cluster: EmulatedCluster) -> None:
    first, second = hosts(cluster)
    soft = [{"key": "leaving", "effect": "PreferNoSchedule"}]
    cluster.change("Node", first, ("spec.taints", soft))
    cluster.add_pod("big", cpu="2", node=second)
    assert place(cluster, "a", cpu="1") == second
    cluster.change("Node", second, ("spec.unschedulable", True))
    assert place(cluster, "b", cpu="1") == first


@pytest.mark.parametrize(
    ("operator", "values", "fits"),
    [
        ("In", ["3", "4"], True),
        ("NotIn", ["4"], False),
        ("Exists", [], True),
        ("DoesNotExist", [], False),
        ("Gt", ["3"], True),
        ("Gt", ["4"], False),
        ("Lt", ["5"], True),
    ],
)
def test_required_node_affinity(cluster: EmulatedCluster, operator: str, values: list[str], *, fits: bool) -> None:
    hosts(cluster, 1, labels={"size": "4"})
    term = {"matchExpressions": [{"key": "size", "operator": operator, "values": values}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
    placed = place(cluster, "a", spec={"affinity": {"nodeAffinity": required}})
    assert placed.startswith("10.") is fits


def test_a_host_port_is_given_once(cluster: EmulatedCluster) -> None:
    hosts(cluster, 1)
    spec = {"containers": [{"name": "c", "ports": [{"hostPort": 80, "containerPort": 80}]}]}
    other = {"containers": [{"name": "c", "ports": [{"hostPort": 80, "containerPort": 80, "protocol": "UDP"}]}]}
    assert place(cluster, "a", spec=spec).startswith("10.")
    assert "free ports" in place(cluster, "b", spec=spec)
    assert place(cluster, "c", spec=other).startswith("10.")


def apart(label: str, key: str = "kubernetes.io/hostname") -> dict[str, Any]:
    term = {"labelSelector": {"matchLabels": {"app": label}}, "topologyKey": key}
    return {"requiredDuringSchedulingIgnoredDuringExecution": [term]}


def test_anti_affinity_holds_both_ways(cluster: EmulatedCluster) -> None:
    hosts(cluster, 2)
    spec = {"affinity": {"podAntiAffinity": apart("web")}}
    first = place(cluster, "web-0", labels={"app": "web"}, spec=spec)
    second = place(cluster, "web-1", labels={"app": "web"}, spec=spec)
    assert {first, second} == {"10.0.10.3", "10.0.10.4"}
    assert "anti-affinity" in place(cluster, "web-2", labels={"app": "web"}, spec=spec)
    assert "anti-affinity" in place(cluster, "plain", labels={"app": "web"}), "those that are there do not want it"


def test_affinity_wants_company_and_the_first_of_a_group_may_start_it(cluster: EmulatedCluster) -> None:
    hosts(cluster, 2)
    spec = {"affinity": {"podAffinity": apart("web")}}
    assert "affinity" in place(cluster, "other", labels={"app": "other"}, spec=spec)
    first = place(cluster, "web-0", labels={"app": "web"}, spec=spec)
    assert place(cluster, "web-1", labels={"app": "web"}, cpu="1", spec=spec) == first


def test_spread_keeps_zones_even(cluster: EmulatedCluster) -> None:
    cluster.add_pool("p", size=3, domains=DOMAINS)
    constraint = {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": "web"}},
    }
    cluster.add_replicas("web", 6, cpu="500m", spec={"topologySpreadConstraints": [constraint]})
    cluster.settle()
    placed = zones(cluster)
    assert {placed.count(zone) for zone in placed} == {2}
    cluster.change("Node", "10.0.10.3", ("spec.unschedulable", True))
    fields: dict[str, Any] = {
        "labels": {"app": "web"},
        "cpu": "500m",
        "spec": {"topologySpreadConstraints": [constraint]},
    }
    assert place(cluster, "seventh", **fields).startswith("10.")
    assert place(cluster, "eighth", **fields).startswith("10.")
    assert "spread" in place(cluster, "ninth", **fields), "only the cordoned zone would do"


def test_a_volume_binds_a_pod_to_its_zone(cluster: EmulatedCluster) -> None:
    cluster.add_pool("p", size=2, domains=DOMAINS[:2])
    term = {
        "matchExpressions": [{"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["US-ASHBURN-AD-2"]}]
    }
    cluster.put(
        {
            "kind": "PersistentVolume",
            "metadata": {"name": "v"},
            "spec": {"nodeAffinity": {"required": {"nodeSelectorTerms": [term]}}},
        }
    )
    spec = {"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "c"}}]}
    assert place(cluster, "early", spec=spec).startswith(
        '0/2 nodes are available: persistentvolumeclaim "c" not found. preemption: '
    )
    cluster.put({"kind": "PersistentVolumeClaim", "metadata": {"name": "c"}, "spec": {"volumeName": "v"}})
    cluster.settle()
    assert zones(cluster) == ["US-ASHBURN-AD-2"]
    cluster.put({"kind": "PersistentVolumeClaim", "metadata": {"name": "free"}, "spec": {}})
    unbound = {"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "free"}}]}
    assert "unbound immediate" in place(cluster, "late", spec=unbound)


def test_the_more_important_pod_comes_first(cluster: EmulatedCluster) -> None:
    hosts(cluster, 1)
    cluster.add_pod("low", cpu="3", spec={"priority": 1})
    cluster.add_pod("high", cpu="3", spec={"priority": 100})
    cluster.settle()
    assert node_name_of(cluster.get("Pod", "high"))
    assert not node_name_of(cluster.get("Pod", "low"))


def test_gated_pods_and_those_of_other_schedulers_are_left_alone(cluster: EmulatedCluster) -> None:
    hosts(cluster, 1)
    cluster.add_pod("gated", spec={"schedulingGates": [{"name": "x"}]})
    cluster.add_pod("other", spec={"schedulerName": "mine"})
    assert [pod["status"] for pod in cluster.pending()] == [{"phase": "Pending"}] * 2


def test_a_daemon_set_reaches_every_node_that_lets_it(cluster: EmulatedCluster) -> None:
    hosts(cluster, 2)
    cluster.add_pool("gpu", size=1, taints="gpu=1:NoSchedule")
    cluster.add_daemon_set("proxy", cpu="50m")
    cluster.add_daemon_set("all", cpu="50m", spec={"tolerations": [{"operator": "Exists"}]})
    cluster.advance(10)
    names = [pod["metadata"]["name"].split("-")[0] for pod in cluster.objects("Pod")]
    assert (names.count("proxy"), names.count("all")) == (2, 3)
    cluster.change("Node", "10.0.10.3", ("spec.unschedulable", True))
    pool = next(iter(cluster.node_pools.pools.values()))
    cluster.resize(pool, 3)
    cluster.advance(200)
    names = [pod["metadata"]["name"].split("-")[0] for pod in cluster.objects("Pod")]
    assert (names.count("proxy"), names.count("all")) == (3, 4)


def test_replicas_follow_their_number_down_too(cluster: EmulatedCluster) -> None:
    hosts(cluster, 1)
    cluster.add_replicas("web", 3)
    cluster.advance(10)
    cluster.scale("web", 5)
    assert len(cluster.objects("Pod")) == 5
    cluster.scale("web", 1)
    assert [pod["metadata"]["name"] for pod in cluster.objects("Pod")] == ["web-00000"]


def test_a_pod_on_a_node_that_is_not_ready_starts_when_it_is(cluster: EmulatedCluster) -> None:
    (host,) = hosts(cluster, 1)
    cluster.set_ready(host, ready=False)
    assert "untolerated taint" in place(cluster, "a")
    cluster.set_ready(host, ready=True)
    cluster.advance(10)
    assert cluster.get("Pod", "a")["status"]["phase"] == "Running"


def test_new_pods_come_before_those_that_found_no_node(cluster: EmulatedCluster) -> None:
    cluster.add_pool("p", size=0)
    cluster.add_replicas("old", 4, cpu="1.9")
    cluster.advance(10)
    cluster.resize(next(iter(cluster.node_pools.pools.values())), 1)
    cluster.add_daemon_set("proxy", cpu="100m")
    cluster.advance(200)
    placed = [pod["metadata"]["name"].split("-")[0] for pod in cluster.objects("Pod") if node_name_of(pod)]
    assert placed == ["old", "proxy"], "the DaemonSet has its room, whoever waited longer"


def test_what_tolerates_everything_is_bound_before_the_node_is_ready_and_starts_then(cluster: EmulatedCluster) -> None:
    cluster.add_pool("p", size=0)
    cluster.add_daemon_set("all", cpu="50m", spec={"tolerations": [{"operator": "Exists"}]})
    cluster.resize(next(iter(cluster.node_pools.pools.values())), 1)
    cluster.advance(140)
    (pod,) = cluster.objects("Pod")
    assert (bool(node_name_of(pod)), pod["status"]["phase"]) == (True, "Pending")
    cluster.advance(30)
    assert cluster.objects("Pod")[0]["status"]["phase"] == "Running"


def test_a_more_important_pod_takes_the_room_of_the_least_important(cluster: EmulatedCluster) -> None:
    first, second = hosts(cluster)
    for name, host, priority in (("cheap", first, -20), ("dear", second, 50)):
        cluster.add_pod(name, cpu="3", node=host, spec={"priority": priority})
    cluster.add_pod("small", cpu="100m", node=first, spec={"priority": -20})
    cluster.add_pod("vip", cpu="3", spec={"priority": 100})
    cluster.settle()
    assert cluster.get("Pod", "cheap")["metadata"]["deletionTimestamp"]
    assert "deletionTimestamp" not in cluster.get("Pod", "small")["metadata"], "it is not in the way"
    cluster.advance(10)
    assert node_name_of(cluster.get("Pod", "vip")) == first
    assert "deletionTimestamp" not in cluster.get("Pod", "dear")["metadata"]


def test_nobody_is_ended_for_an_equal_a_modest_or_a_hopeless_pod(cluster: EmulatedCluster) -> None:
    (host,) = hosts(cluster, 1)
    cluster.add_pod("a", cpu="3", node=host, spec={"priority": 1})
    cluster.add_pod("equal", cpu="3", spec={"priority": 1})
    cluster.add_pod("modest", cpu="3", spec={"priority": 9, "preemptionPolicy": "Never"})
    cluster.add_pod("huge", cpu="30", spec={"priority": 9})
    cluster.add_pod("elsewhere", cpu="3", spec={"priority": 9, "nodeSelector": {"name": "q"}})
    cluster.advance(10)
    assert [pod["metadata"]["name"] for pod in cluster.objects("Pod") if node_name_of(pod)] == ["a"]


def test_affinity_looks_into_the_namespaces_that_it_names(cluster: EmulatedCluster) -> None:
    first, _ = hosts(cluster)
    cluster.add_pod("db", namespace="data", labels={"app": "db"}, node=first)
    term = {"labelSelector": {"matchLabels": {"app": "db"}}, "topologyKey": "kubernetes.io/hostname"}

    def near(name: str, **more: Any) -> str:
        affinity = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{**term, **more}]}}
        return place(cluster, name, spec={"affinity": affinity})

    assert "affinity" in near("own")
    assert near("named", namespaces=["data"]) == first
    assert near("all", namespaceSelector={}) == first
    assert "affinity" in near("nowhere", namespaces=["data"], topologyKey="no-such-label")


def test_spread_may_ask_for_more_domains_and_leave_tainted_nodes_out(cluster: EmulatedCluster) -> None:
    cluster.add_pool("p", size=2, domains=DOMAINS[:2])
    constraint = {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "labelSelector": {"matchLabels": {"app": "web"}},
    }

    def web(name: str, **more: Any) -> str:
        spec = {"topologySpreadConstraints": [{**constraint, **more}]}
        return place(cluster, name, labels={"app": "web"}, spec=spec)

    assert web("a", minDomains=3).startswith("10.")
    assert web("b", minDomains=3).startswith("10.")
    assert "spread" in web("c", minDomains=3), "a third domain counts as empty"
    cluster.change("Node", "10.0.10.3", ("spec.taints", [{"key": "x", "effect": "NoSchedule"}]))
    assert web("d").startswith("10.")
    assert "spread" in web("e")
    assert web("f", nodeTaintsPolicy="Honor").startswith("10.")
    assert "spread" in web("g", topologyKey="no-such-label")
    assert web("h", whenUnsatisfiable="ScheduleAnyway").startswith("10.")


def test_a_stateful_set_keeps_its_names(cluster: EmulatedCluster) -> None:
    hosts(cluster, 1)
    template = {"metadata": {"labels": {"app": "db"}}, "spec": {"containers": [{"name": "c"}]}}
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": "db"}}, "template": template}
    cluster.put({"kind": "StatefulSet", "metadata": {"name": "db"}, "spec": spec})
    cluster.advance(10)
    before = {pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in cluster.objects("Pod")}
    assert set(before) == {"db-0", "db-1"}
    cluster.remove("Pod", "db-1")
    after = {pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in cluster.objects("Pod")}
    assert after["db-0"] == before["db-0"]
    assert after["db-1"] != before["db-1"]


def test_a_node_that_is_gone_takes_its_pods_along(cluster: EmulatedCluster) -> None:
    first, _ = hosts(cluster)
    cluster.add_pod("lonely", node=first)
    cluster.remove("Node", first)
    assert cluster.objects("Pod") == []


def test_the_clock_stands_jumps_and_runs(cluster: EmulatedCluster) -> None:
    clock = cluster.clock
    assert clock.stands_still
    clock.set(1_800_000_000)
    assert clock() == 1_800_000_000
    clock.follow()
    assert not clock.stands_still
    assert 1_800_000_000 <= clock() < 1_800_000_100
    cluster.advance(50)
    assert clock.stands_still
    assert clock() >= 1_800_000_050
