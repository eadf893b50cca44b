"""What the cluster page says of a decision, the urgent first, and that texts of the cluster stay texts."""

from __future__ import annotations

from functions.oke_autoscaler.cluster_page.cluster_routes import PAGE
from functions.oke_autoscaler.cluster_page.cluster_view import Looked, cluster_view, warnings
from functions.oke_autoscaler.explain.command import explain
from functions.oke_autoscaler.explain.snapshot_file import read
from functions.oke_autoscaler.model.decision import Decision, NodeCounts, NodeVerdict, PodVerdict, PoolVerdict
from shared.pages.web_page import single_file

HOSTILE = "<script>alert(1)</script>"
SNAPSHOT = b"""{"now": "2026-01-01T00:00:00Z", "settings": {"node_pools": [{"id": "ocid1.nodepool.oc1.iad.a"}]},
 "node_pools": [{"id": "ocid1.nodepool.oc1.iad.a", "name": "<script>alert(1)</script>", "lifecycleState": "ACTIVE",
 "nodeConfigDetails": {"size": 0}, "nodes": []}], "nodes": [], "pods": []}"""


def test_warnings_come_in_the_order_of_their_urgency() -> None:
    counts = NodeCounts(unready=2)
    found = warnings(
        Decision(
            pools=(
                PoolVerdict("i", "a", 1, 1, "out-of-host-capacity", "ready", level="warning", counts=counts),
                PoolVerdict("j", "b", 1, 1, "no-resource-pressure", "ready", flapping="bought and removed"),
            ),
            pods=[PodVerdict("web/a", None, "fits nowhere"), PodVerdict("web/b", "new:a", "needs-new-node")],
            nodes=[NodeVerdict("n", "a", remove_now_reason="NotEnoughPdb")],
        )
    )
    assert found == [
        "b is flapping: bought and removed",
        "a: out-of-host-capacity",
        "a: 2 nodes are registered and not ready",
        "1 pods fit on no node that there is or that may be bought",
        "1 nodes stay because of a disruption budget: NotEnoughPdb",
    ]


def test_a_name_from_the_cluster_stays_a_text() -> None:
    snapshot, _, now = read(SNAPSHOT, 0.0, {})
    view = cluster_view(Looked(snapshot, explain(SNAPSHOT, 0.0), now))
    text = single_file(PAGE, view).decode()
    assert HOSTILE not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
