"""Each rule of the scheduler that a plan obeys, on the smallest cluster that shows it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.functions.oke_autoscaler.builders import Json, new_nodes, node, pod, pool, run

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.decision import Decision

HOST, ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"
GIB = 1 << 30
IGNORED = "IgnoredDuringExecution"


def plan(pods: list[Json], *, nodes: list[Json] | None = None, **pool_fields: Any) -> Decision:
    """One pool `web` of 4 vCPU and 16 GiB, empty, beside the nodes given."""
    shape = {"nodeShape": "VM.Standard.E4.Flex", "nodeShapeConfig": {"ocpus": 2, "memoryInGBs": 16}}
    more = pool_fields.pop("snapshot", {})
    fields = {**pool("web", 0, []), **shape, **pool_fields}
    return run({"node_pools": [fields], "nodes": nodes or [], "pods": pods, **more})


def bought(pods: list[Json], **more: Any) -> int:
    return new_nodes(plan(pods, **more)).get("web", 0)


def many(count: int, **spec: Any) -> list[Json]:
    return [pod(f"p{index}", spec.get("cpu", 100), 1, "web", **spec.get("spec", {})) for index in range(count)]


def affinity(key: str, operator: str, *values: str, field: str = "matchExpressions") -> Json:
    row = {"key": key, "operator": operator, "values": list(values)}
    return {"nodeAffinity": {f"requiredDuringScheduling{IGNORED}": {"nodeSelectorTerms": [{field: [row]}]}}}


LABELS = [{"key": "gen", "value": "5"}, {"key": "disk", "value": "ssd"}]


@pytest.mark.parametrize(
    ("row", "fits"),
    [
        (("disk", "In", "ssd", "nvme"), True),
        (("disk", "NotIn", "ssd"), False),
        (("disk", "Exists"), True),
        (("disk", "DoesNotExist"), False),
        (("gone", "DoesNotExist"), True),
        (("gone", "NotIn", "x"), True),
        (("gen", "Gt", "4"), True),
        (("gen", "Gt", "5"), False),
        (("gen", "Lt", "6"), True),
        (("disk", "Gt", "4"), False),
        (("gen", "Lt"), False),
        (("gen", "Near", "5"), False),
    ],
)
def test_node_affinity_knows_every_operator(row: tuple[str, ...], *, fits: bool) -> None:
    pods = many(1, spec={"affinity": affinity(*row)})
    assert bought(pods, initialNodeLabels=LABELS) == int(fits)


def test_match_fields_bind_a_pod_to_one_node() -> None:
    bound = many(1, spec={"affinity": affinity("metadata.name", "In", "old", field="matchFields")})
    assert plan(bound, nodes=[node("old", 1000, GIB)]).pods[0].placed_on == "old"
    assert plan(bound, nodes=[node("other", 1000, GIB)]).pods[0].placed_on is None


def test_an_empty_term_selects_no_node() -> None:
    empty = {"nodeAffinity": {f"requiredDuringScheduling{IGNORED}": {"nodeSelectorTerms": [{}]}}}
    assert bought(many(1, spec={"affinity": empty})) == 0


def test_the_name_of_the_pool_selects_it_without_a_label() -> None:
    assert bought(many(1, spec={"nodeSelector": {"name": "web"}})) == 1
    assert bought(many(1, spec={"nodeSelector": {"name": "db"}})) == 0


ARGUMENTS = "--v=2 --register-with-taints=dedicated=web:NoSchedule,soft=x:PreferNoSchedule,broken"
SCRIPT = base64.b64encode(
    f'#!/bin/bash\nbash /var/run/oke-init.sh --kubelet-extra-args "{ARGUMENTS}"'.encode()
).decode()


@pytest.mark.parametrize(
    "fields",
    [
        {"nodeMetadata": {"kubelet-extra-args": ARGUMENTS}},
        {"nodeMetadata": {"user_data": SCRIPT}},
        {"freeformTags": {"cluster-autoscaler/node-template/taint/dedicated": "web:NoSchedule"}},
        {"freeformTags": {"cluster-autoscaler/node-template/taint/any": "dedicated=web:NoSchedule"}},
    ],
    ids=["arguments", "script", "tag", "tag with name"],
)
def test_taints_of_an_empty_pool_come_from_its_metadata(fields: Json) -> None:
    tolerations: list[tuple[Json, int]] = [
        ({"key": "dedicated", "operator": "Exists"}, 1),
        ({"operator": "Exists"}, 1),
        ({"key": "dedicated", "value": "web", "effect": "NoSchedule"}, 1),
        ({"key": "dedicated", "value": "db"}, 0),
        ({"key": "dedicated", "operator": "Exists", "effect": "NoExecute"}, 0),
        ({"key": "other", "operator": "Exists"}, 0),
    ]
    assert bought(many(1), **fields) == 0
    for toleration, expected in tolerations:
        assert bought(many(1, spec={"tolerations": [toleration]}), **fields) == expected


def test_labels_of_an_empty_pool_come_from_shape_labels_and_tags() -> None:
    tags = {"cluster-autoscaler/node-template/label/team": "a", "cluster-autoscaler/node-template/label/x": "k.io/y=z"}
    for selector in ({"team": "a"}, {"k.io/y": "z"}, {"node.kubernetes.io/instance-type": "VM.Standard.E4.Flex"}):
        assert bought(many(1, spec={"nodeSelector": selector}), freeformTags=tags) == 1
    assert bought(many(1, spec={"nodeSelector": {"kubernetes.io/arch": "arm64"}})) == 0


def test_a_gpu_shape_brings_its_gpu_and_its_taint() -> None:
    fields = {"nodeShape": "VM.GPU3.2", "nodeShapeConfig": None}
    asks = {"extra": {"nvidia.com/gpu": "1"}, "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}]}
    pods = [pod(f"g{index}", 100, 1, **asks) for index in range(3)]
    for made in pods:
        made["spec"]["containers"] = [{"resources": {"requests": {"cpu": "100m", "nvidia.com/gpu": "1"}}}]
    assert bought(pods, **fields) == 2
    assert bought(many(1), **fields) == 0


def test_a_shape_that_nobody_knows_is_not_bought_for() -> None:
    decision = plan(many(1), nodeShape="VM.Unheard.Of", nodeShapeConfig=None)
    assert new_nodes(decision) == {}
    assert "size of its nodes not known" in decision.pods[0].reason


def test_pods_of_a_vcn_native_pool_are_limited_by_their_addresses() -> None:
    network = {"cniType": "OCI_VCN_IP_NATIVE", "maxPodsPerNode": 31}
    details = {"size": 0, "nodePoolPodNetworkOptionDetails": network}
    assert bought(many(32, cpu=1), nodeConfigDetails=details) == 2
    assert bought(many(110, cpu=1)) == 1


def containers(*cpu: int) -> list[Json]:
    return [{"resources": {"requests": {"cpu": f"{each}m"}}} for each in cpu]


@pytest.mark.parametrize(
    ("spec", "millicores"),
    [
        ({"containers": containers(300, 200)}, 500),
        ({"containers": containers(300), "initContainers": containers(900, 200)}, 900),
        ({"containers": containers(300), "initContainers": [{**containers(200)[0], "restartPolicy": "Always"}]}, 500),
        (
            {
                "containers": containers(100),
                "initContainers": [{**containers(200)[0], "restartPolicy": "Always"}, containers(700)[0]],
            },
            900,
        ),
        ({"containers": containers(300), "overhead": {"cpu": "250m"}}, 550),
        ({"containers": containers(300), "resources": {"requests": {"cpu": "1"}}}, 1000),
        ({"containers": [{}], "initContainers": None}, 0),
    ],
)
def test_a_pod_asks_for_its_peak_and_its_overhead(spec: Json, millicores: int) -> None:
    def fits(free: int) -> bool:
        wanted = pod("p", 0, 0, **spec)
        return run({"node_pools": [], "nodes": [node("n", free, GIB)], "pods": [wanted]}).pods[0].placed_on == "n"

    assert fits(millicores)
    assert not millicores or not fits(millicores - 1)


def port(number: int, address: str | None = None, protocol: str = "TCP") -> Json:
    return {"containers": [{"ports": [{"hostPort": number, "hostIP": address, "protocol": protocol}]}]}


def test_a_host_port_is_there_once_a_node() -> None:
    assert bought([pod(f"p{index}", 0, 0, **port(80)) for index in range(3)]) == 3
    mixed = [port(80), port(81), port(80, protocol="UDP")]
    assert bought([pod(f"p{index}", 0, 0, **spec) for index, spec in enumerate(mixed)]) == 1
    apart = [port(80, "10.0.0.1"), port(80, "10.0.0.2")]
    assert bought([pod(f"p{index}", 0, 0, **spec) for index, spec in enumerate(apart)]) == 1
    assert bought([pod("a", 0, 0, **port(80, "10.0.0.1")), pod("b", 0, 0, **port(80))]) == 2


@pytest.mark.parametrize(("policy", "nodes"), [("Always", 2), (None, 1)])
def test_a_sidecar_holds_its_host_port_and_an_init_container_that_ends_does_not(policy: str | None, nodes: int) -> None:
    init = {"initContainers": [{"restartPolicy": policy, "ports": [{"hostPort": 80}]}]}
    assert bought([pod("a", 0, 0, **init), pod("b", 0, 0, **init)]) == nodes


def test_a_pod_that_asks_for_no_cpu_fits_on_a_node_that_has_promised_too_much() -> None:
    full = node("full", 100, GIB, labels={"name": "web"})
    pods = [pod("big", 200, 1, nodeName="full"), pod("small", 0, 1)]
    assert plan(pods, nodes=[full]).pods[0].placed_on == "full"


def test_an_init_container_frees_its_port_unless_it_is_a_sidecar() -> None:
    def with_init(name: str, **more: Any) -> Json:
        return pod(name, 0, 0, initContainers=[{**port(80)["containers"][0], **more}])

    assert bought([with_init("a"), with_init("b")]) == 1
    assert bought([with_init("a", restartPolicy="Always"), with_init("b", restartPolicy="Always")]) == 2


def test_a_spread_does_not_count_pods_that_are_being_deleted() -> None:
    nodes = [node(name, 4000, GIB) for name in ("x", "y")]
    running = pod("r", 1, 1, "web", nodeName="x")
    (wanted,) = many(1, spec=spread(HOST, 1, nodeAffinityPolicy="Ignore"))
    wanted["spec"]["nodeSelector"] = {HOST: "x"}
    assert plan([running, wanted], nodes=nodes).pods[0].placed_on is None
    running["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    assert plan([running, wanted], nodes=nodes).pods[0].placed_on == "x"


@pytest.mark.parametrize("kind", ["startup", "status", "ignore"])
def test_a_node_with_a_startup_taint_is_room_that_comes_and_new_ones_lose_it(kind: str) -> None:
    taint = {"key": f"{kind}-taint.cluster-autoscaler.kubernetes.io/cni", "effect": "NoSchedule"}
    booting = node("web-1", 4000, GIB, taints=[taint], labels={"name": "web"})
    booting["metadata"]["creationTimestamp"] = "2025-12-31T23:58:00Z"
    seen = {"node_pools": [pool("web", 1, ["web-1"])], "nodes": [booting], "pods": many(1)}
    assert run({**seen, "now": "2026-01-01T00:00:00Z"}).pods[0].placed_on == "web-1"
    assert new_nodes(run({**seen, "now": "2026-01-01T00:00:00Z"})) == {}
    assert new_nodes(run({**seen, "now": "2026-01-02T00:00:00Z"})) == {"web": 1}


def term(key: str, app: str, **more: Any) -> Json:
    return {"topologyKey": key, "labelSelector": {"matchLabels": {"app": app}}, **more}


def anti(*terms: Json) -> Json:
    return {"affinity": {"podAntiAffinity": {f"requiredDuringScheduling{IGNORED}": list(terms)}}}


def near(*terms: Json) -> Json:
    return {"affinity": {"podAffinity": {f"requiredDuringScheduling{IGNORED}": list(terms)}}}


ZONED = {"nodeConfigDetails": {"size": 0, "placementConfigs": [{"availabilityDomain": f"U:AD-{n}"} for n in (1, 2, 3)]}}


def test_pods_that_stay_apart_get_a_host_or_a_zone_each() -> None:
    assert bought(many(4, spec=anti(term(HOST, "web")))) == 4
    decision = plan(many(4, spec=anti(term(ZONE, "web"))), **ZONED)
    assert new_nodes(decision) == {"web": 3}
    assert [verdict.placed_on for verdict in decision.pods].count(None) == 1


def test_a_running_pod_keeps_others_off_its_node() -> None:
    alone = pod("alone", 1, 1, "db", nodeName="old", **anti(term(HOST, "web")))
    old = [node("old", 4000, GIB)]
    assert plan([alone, *many(1)], nodes=old).pods[0].placed_on == "new:web"
    elsewhere = {**alone, "metadata": {**alone["metadata"], "namespace": "other"}}
    assert plan([elsewhere, *many(1)], nodes=old).pods[0].placed_on == "old"


def test_namespaces_of_a_term_are_named_or_selected() -> None:
    running = pod("db", 1, 1, "db", nodeName="old")
    running["metadata"]["namespace"] = "data"
    spaces = [{"metadata": {"name": "data", "labels": {"kind": "store"}}}]
    old = [node("old", 4000, GIB)]
    for more, beside in (
        ({}, False),
        ({"namespaces": ["data"]}, True),
        ({"namespaceSelector": {}}, True),
        ({"namespaceSelector": {"matchLabels": {"kind": "store"}}}, True),
        ({"namespaceSelector": {"matchLabels": {"kind": "web"}}}, False),
    ):
        wanted = many(1, spec=near(term(HOST, "db", **more)))
        decision = plan([running, *wanted], nodes=old, snapshot={"namespaces": spaces})
        assert (decision.pods[0].placed_on == "old") is beside, more
    by_name = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "data"}}}
    decision = plan([running, *many(1, spec=near(term(HOST, "db", **by_name)))], nodes=old)
    assert decision.pods[0].placed_on == "old", "a namespace that was not read is known by its name"


def test_pods_that_stay_together_share_a_zone() -> None:
    decision = plan(many(60, cpu=500, spec=near(term(ZONE, "web"))), **ZONED)
    assert new_nodes(decision) == {"web": 9}
    assert all(verdict.placed_on == "new:web" for verdict in decision.pods)
    assert bought(many(3, spec=near(term(ZONE, "nobody"))), **ZONED) == 0


def spread(key: str, skew: int, **more: Any) -> Json:
    selector = {"labelSelector": {"matchLabels": {"app": "web"}}}
    row = {"topologyKey": key, "maxSkew": skew, "whenUnsatisfiable": "DoNotSchedule", **selector, **more}
    return {"topologySpreadConstraints": [row]}


def test_a_spread_over_zones_needs_a_node_in_each() -> None:
    full = [node(f"full{n}", 100, GIB, labels={ZONE: f"AD-{n}", "name": "web"}) for n in (1, 2, 3)]
    fillers = [pod(f"filler{n}", 100, 1, nodeName=f"full{n}") for n in (1, 2, 3)]
    assert bought([*fillers, *many(9, spec=spread(ZONE, 1))], nodes=full, **ZONED) == 3
    assert bought(many(9, spec=spread(ZONE, 1, minDomains=3)), **ZONED) == 3
    soft = spread(ZONE, 1)
    soft["topologySpreadConstraints"][0]["whenUnsatisfiable"] = "ScheduleAnyway"
    assert bought([*fillers, *many(9, spec=soft)], nodes=full, **ZONED) == 1


def test_fault_domains_are_domains_too_whether_named_or_not() -> None:
    key = "oci.oraclecloud.com/fault-domain"
    apart = many(4, spec=anti(term(key, "web")))
    assert bought(apart, **ZONED) == 3
    named = [{"availabilityDomain": "U:AD-1", "faultDomains": ["FAULT-DOMAIN-1", "FAULT-DOMAIN-3"]}]
    assert bought(apart, nodeConfigDetails={"size": 0, "placementConfigs": named}) == 2


def test_a_zone_without_a_node_is_no_domain_yet() -> None:
    assert bought(many(9, spec=spread(ZONE, 1)), **ZONED) == 1


def test_a_full_zone_holds_the_others_back_unless_the_spread_does_not_count_it() -> None:
    full = node("full", 100, GIB, labels={ZONE: "AD-9", "name": "web"})
    pods = [pod("filler", 100, 1, nodeName="full"), *many(4, cpu=200, spec=spread(ZONE, 1))]
    assert [v.placed_on for v in plan(pods, nodes=[full], **ZONED).pods].count(None) == 1
    tainted = {**full, "spec": {**full["spec"], "taints": [{"key": "x", "effect": "NoSchedule"}]}}
    honor = [pods[0], *many(4, cpu=200, spec=spread(ZONE, 1, nodeTaintsPolicy="Honor"))]
    assert None not in [v.placed_on for v in plan(honor, nodes=[tainted], **ZONED).pods]


def test_a_spread_counts_only_nodes_that_its_pod_could_choose_unless_told_otherwise() -> None:
    other = node("other", 100, GIB, labels={ZONE: "AD-9", "name": "db"})
    filler = pod("filler", 100, 1, nodeName="other")
    for policy, left in ((None, 0), ("Ignore", 1)):
        spec = {**spread(ZONE, 1, nodeAffinityPolicy=policy), "nodeSelector": {"name": "web"}}
        decision = plan([filler, *many(4, cpu=200, spec=spec)], nodes=[other], **ZONED)
        assert [verdict.placed_on for verdict in decision.pods].count(None) == left


def test_a_spread_does_not_count_pods_on_their_way_out_and_anti_affinity_does() -> None:
    host = node("n", 4000, GIB, labels={"name": "web"})
    leaving = pod("old", 100, 1, "web", nodeName="n")
    leaving["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    two = [host, node("m", 50, GIB, labels={"name": "web"})]
    for rule, where in ((spread(HOST, 1), "n"), (anti(term(HOST, "web")), "new:web")):
        assert plan([leaving, *many(1, spec=rule)], nodes=two).pods[0].placed_on == where


def test_too_few_domains_count_as_an_empty_one() -> None:
    assert bought(many(6, spec=spread(HOST, 1, minDomains=3))) == 3


def test_match_label_keys_tell_revisions_apart() -> None:
    def revision(name: str, count: int) -> list[Json]:
        pods = many(count, spec=spread(HOST, 1, matchLabelKeys=["rev"]))
        for number, made in enumerate(pods):
            made["metadata"]["labels"]["rev"] = name
            made["metadata"]["name"] = f"{name}-{number}"
        return pods

    running = [{**made, "spec": {**made["spec"], "nodeName": "old"}} for made in revision("a", 3)]
    decision = plan([*running, *revision("b", 1)], nodes=[node("old", 4000, GIB), node("two", 50, GIB)])
    assert decision.pods[0].placed_on == "old"


def claim(name: str, **spec: Any) -> Json:
    return {"metadata": {"name": name, "namespace": "default"}, "spec": spec}


def zone_of(*zones: str) -> Json:
    return {"nodeSelectorTerms": [{"matchExpressions": [{"key": ZONE, "operator": "In", "values": list(zones)}]}]}


def test_a_volume_binds_its_pod_to_its_zone() -> None:
    extra = {
        "persistent_volume_claims": [
            claim("c", volumeName="v"),
            claim("labelled", volumeName="old"),
            claim("w", storageClassName="s"),
            claim("unbound", storageClassName="now"),
            claim("alone", accessModes=["ReadWriteOncePod"]),
            claim("free"),
        ],
        "persistent_volumes": [
            {"metadata": {"name": "v"}, "spec": {"nodeAffinity": {"required": zone_of("AD-2")}}},
            {"metadata": {"name": "old", "labels": {"failure-domain.beta.kubernetes.io/zone": "AD-8__AD-9"}}},
        ],
        "storage_classes": [
            {"metadata": {"name": "now"}},
            {
                "metadata": {"name": "s"},
                "volumeBindingMode": "WaitForFirstConsumer",
                "allowedTopologies": [{"matchLabelExpressions": [{"key": ZONE, "values": ["AD-9"]}]}],
            },
        ],
    }

    def using(name: str) -> Json:
        return {"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": name}}]}

    for name, expected in (("c", 1), ("labelled", 0), ("w", 0), ("unbound", 0), ("alone", 1), ("free", 1), ("gone", 0)):
        assert bought(many(1, spec=using(name)), snapshot=extra, **ZONED) == expected, name
    assert bought(many(1, spec=using("gone")), **ZONED) == 1, "claims left out are not known, which is not missing"
    holder = pod("holder", 1, 1, nodeName="old", **using("alone"))
    decision = plan([holder, *many(1, spec=using("alone"))], nodes=[node("old", 9, 9)], snapshot=extra, **ZONED)
    assert "in use" in decision.pods[0].reason
    own = many(1, spec={"volumes": [{"name": "d", "ephemeral": {}}]})
    extra["persistent_volume_claims"].append(claim("p0-d", storageClassName="s"))
    assert bought(own, snapshot=extra, **ZONED) == 0


@pytest.mark.parametrize("key", [ZONE, "failure-domain.beta.kubernetes.io/zone"])
@pytest.mark.parametrize(("zones", "nodes"), [("AD-2", 1), ("AD-8__AD-1", 1), ("AD-9", 0)])
def test_labels_of_a_volume_bind_it_to_zones_too(key: str, zones: str, nodes: int) -> None:
    extra = {
        "persistent_volume_claims": [claim("c", volumeName="v")],
        "persistent_volumes": [{"metadata": {"name": "v", "labels": {key: zones}}}],
    }
    pods = many(1, spec={"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "c"}}]})
    assert bought(pods, snapshot=extra, **ZONED) == nodes
    affine = {"nodeAffinity": {"required": zone_of("AD-1", "AD-2", "AD-9")}}
    extra["persistent_volumes"][0]["spec"] = affine
    assert bought(pods, snapshot=extra, **ZONED) == nodes


def test_pods_that_nothing_is_bought_for() -> None:
    daemon = pod("d", 1, 1)
    daemon["metadata"]["ownerReferences"][0]["kind"] = "DaemonSet"
    pods = [
        pod("gated", 1, 1, schedulingGates=[{"name": "wait"}]),
        pod("cheap", 1, 1, priority=-11),
        daemon,
        {**pod("leaving", 1, 1), "metadata": {"name": "leaving", "deletionTimestamp": "2026-01-01T00:00:00Z"}},
    ]
    decision = plan(pods)
    assert [verdict.reason for verdict in decision.pods] == [
        "scheduling-gated",
        "expendable",
        "daemonset-pod",
        "terminating",
    ]
    assert new_nodes(decision) == {}


def test_a_priority_may_come_from_its_class() -> None:
    classes = [
        {"metadata": {"name": "low"}, "value": -50},
        {"metadata": {"name": "std"}, "value": -20, "globalDefault": True},
    ]
    pods = [
        pod("a", 1, 1, priorityClassName="low"),
        pod("b", 1, 1),
        pod("c", 1, 1, priorityClassName="system-node-critical"),
    ]
    for made in pods:
        made["spec"]["priority"] = None
    decision = plan(pods, snapshot={"priority_classes": classes})
    assert [verdict.reason for verdict in decision.pods] == ["expendable", "expendable", "needs-new-node"]


def test_a_pod_that_waits_for_preemption_takes_its_room() -> None:
    waiting = pod("vip", 900, 1)
    waiting["status"]["nominatedNodeName"] = "old"
    decision = plan([waiting, *many(1, cpu=200)], nodes=[node("old", 1000, GIB)])
    assert [(verdict.pod, verdict.placed_on, verdict.reason) for verdict in decision.pods] == [
        ("default/vip", "old", "waits-for-preemption"),
        ("default/p0", "new:web", "needs-new-node"),
    ]


def test_running_pods_that_are_done_or_expendable_take_no_room() -> None:
    done = pod("done", 900, 1, nodeName="old")
    done["status"]["phase"] = "Succeeded"
    cheap = pod("cheap", 900, 1, nodeName="old", priority=-100)
    assert plan([done, cheap, *many(1, cpu=900)], nodes=[node("old", 1000, GIB)]).pods[0].placed_on == "old"


def test_the_most_important_pods_come_first_where_the_maximum_is_short() -> None:
    pods = [pod(f"low{n}", 3000, 1, priority=1) for n in range(2)] + [pod("high", 3000, 1, priority=9)]
    decision = plan(pods, snapshot={"settings": {"node_pool_max_size": 1}})
    assert [verdict.pod for verdict in decision.pods if verdict.placed_on] == ["default/high"]


def test_daemonsets_that_fit_an_empty_pool_take_their_share() -> None:
    def daemonset(name: str, spec: Json) -> Json:
        template = {"spec": {"containers": containers(1000), **spec}}
        return {
            "kind": "DaemonSet",
            "metadata": {"name": name, "namespace": "kube-system"},
            "spec": {"template": template},
        }

    pods = many(3, cpu=1000)
    assert bought(pods, snapshot={"controllers": [daemonset("d", {})]}) == 2
    assert bought(pods, snapshot={"controllers": [daemonset("d", {"nodeSelector": {"name": "db"}})]}) == 1
    seen = pod("d-x", 1000, 1, nodeName="old", affinity=affinity("metadata.name", "In", "old", field="matchFields"))
    seen["metadata"]["ownerReferences"][0] |= {"kind": "DaemonSet", "name": "d"}
    assert bought([seen, *pods], nodes=[node("old", 1000, GIB)]) == 2
