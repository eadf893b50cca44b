"""Which events a tick writes about its pods, and that no more are written than a cluster can bear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from functions.oke_autoscaler.clients.events import MAX_EVENTS, MAX_MESSAGE_CHARS, TickEvents
from functions.oke_autoscaler.model.decision import PodVerdict, PoolVerdict
from functions.oke_autoscaler.model.kubernetes_objects import Metadata, Node, Pod, PodMetadata
from shared.deadline import Deadline
from shared.errors import KubernetesApiError

if TYPE_CHECKING:
    from shared.kubernetes.client import KubernetesApi


class RecordingApi:
    """An API server that takes every event once, and answers 409 to the second of the same name."""

    def __init__(self) -> None:
        self.deadline = Deadline(1e12)
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self._names: set[str] = set()
        self.readable = True

    def now_epoch_seconds(self) -> float:
        return 1_767_225_600.0

    def get_object(self, path: str, item: type[Any]) -> Any:
        if not self.readable:
            raise KubernetesApiError(status=403)
        return item(count=2)

    def send(self, method: str, path: str, body: dict[str, Any], content_type: str = "") -> bytes:
        if method == "POST" and body["metadata"]["name"] in self._names:
            raise KubernetesApiError(status=409)
        if method == "POST":
            self._names.add(body["metadata"]["name"])
        self.sent.append((method, body))
        return b"{}"


def pods(*names: str) -> list[Pod]:
    return [Pod(metadata=PodMetadata(name=name, namespace="d", uid=f"uid-{name}")) for name in names]


def sent(events: TickEvents, api: RecordingApi | None = None) -> list[tuple[str, dict[str, Any]]]:
    api = api or RecordingApi()
    events.send(cast("KubernetesApi", api), None)
    return api.sent


def test_a_pod_is_told_of_its_pool_once_nodes_were_asked_for_or_why_none_were() -> None:
    events = TickEvents()
    verdicts = [
        PodVerdict("d/new", "new:p", "needs-new-node"),
        PodVerdict("d/other", "new:q", "needs-new-node"),
        PodVerdict("d/huge", None, "pods-fit-no-node-pool"),
        PodVerdict("d/fits", "n1", "fits-on-node"),
        PodVerdict("d/namesake", "p", "fits-on-node"),
    ]
    events.about_pods(pods("new", "other", "huge", "fits", "namesake"), verdicts, grown={"p"})
    found = {body["involvedObject"]["name"]: (body["reason"], body["type"]) for _, body in sent(events)}
    assert found == {"new": ("TriggeredScaleUp", "Normal"), "huge": ("NotTriggerScaleUp", "Warning")}


def test_no_more_events_are_sent_than_the_limit() -> None:
    events, names = TickEvents(), [str(number) for number in range(MAX_EVENTS + 5)]
    events.about_pods(pods(*names), [PodVerdict(f"d/{name}", None, "why") for name in names], grown=set())
    assert len(sent(events)) == MAX_EVENTS


def test_what_lasts_is_one_event_whose_count_rises_and_whose_figures_are_the_newest() -> None:
    api = RecordingApi()
    for minutes in (1, 2):
        events = TickEvents()
        events.on_pod(pods("x")[0], "NotTriggerScaleUp", f"stabilizing (for {minutes} of 3 minutes)", warning=True)
        sent(events, api)
    (_, first), (method, newer) = api.sent
    assert first["count"] == 1
    assert method == "PATCH"
    assert newer == {"lastTimestamp": first["lastTimestamp"], "message": "stabilizing (for 2 of 3 minutes)", "count": 3}


def test_a_count_that_cannot_be_read_costs_no_newer_time() -> None:
    api = RecordingApi()
    api.readable = False
    for _ in range(2):
        events = TickEvents()
        events.on_pod(pods("x")[0], "ScaleDownFailed", "m" * 2 * MAX_MESSAGE_CHARS, warning=True)
        sent(events, api)
    assert len(api.sent[0][1]["message"]) == MAX_MESSAGE_CHARS
    assert set(api.sent[1][1]) == {"lastTimestamp", "message"}


def test_a_pool_of_any_name_has_events_and_warnings_go_first() -> None:
    events = TickEvents()
    normal = PoolVerdict("ocid", "Pool #1 (prod)", 1, 2, "unschedulable-pods", "ready", "scale-up")
    blocked = PoolVerdict(
        "ocid", "Pool #1 (prod)", 1, 1, "node-max-limit-reached", "ready", level="warning", detail="size 1, max_size 1"
    )
    events.on_pool(normal, "ScaleUp", "grows")
    events.about_pools([blocked])
    (_, first), (_, second) = sent(events)
    assert (first["type"], second["type"]) == ("Warning", "Normal")
    assert first["message"] == "node pool Pool #1 (prod) takes no nodes: node-max-limit-reached (size 1, max_size 1)"
    assert first["involvedObject"]["name"] == "Pool #1 (prod)"
    assert first["involvedObject"]["uid"] == "ocid"
    assert first["metadata"]["name"].startswith("pool-1-prod.")


def test_an_event_about_a_node_goes_to_the_default_namespace() -> None:
    events = TickEvents()
    events.on_node(Node(metadata=Metadata(name="n1", uid="u")), "ScaleDown", "drained and deleted")
    ((_, body),) = sent(events)
    assert (body["metadata"]["namespace"], body["involvedObject"]["namespace"]) == ("default", "")
