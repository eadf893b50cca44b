"""OKE, Networking and Identity through the unchanged OCI SDK: what the commands ask, as values.

Each call is one attempt of the SDK; repeats are made here, because they are to wait as the service says (Retry-After)
and to end with the command's own time. Creates carry a retry token and may be repeated; deletes are of one OCID.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ops.identities import Identity, identity_credentials
from ops.oke.errors import StillGoingOn
from ops.oke.pace import Pace, retry_after_seconds
from ops.oke.values import ClusterView, PoolView, SubnetView, WorkRequestView
from shared.errors import BadRequest, OciServiceError
from shared.oci.clients import Credentials, listed, make_client, oci_errors
from shared.oci.retries import READ_SECONDS, attempt_timeouts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.deadline import Deadline

ENGINE, NETWORK, IDENTITY = "container_engine", "virtual_network", "identity"
REPEATED = frozenset({0, 429, 500, 502, 503, 504})
"""Statuses after which a call is made again; 0 stands for no answer."""

ATTEMPTS = 8
"""Of one call that is answered with other trouble than 429, which is repeated until time is over."""

MAX_PAGES = 50


@dataclass(frozen=True)
class Where:
    """Who asks, and where: region and endpoint replace those of the identity."""

    identity: Identity
    region: str = ""
    endpoint: str = ""


@dataclass
class Engine:
    """The services of one command; ``ends_at`` is by the clock of ``pace``, ``deadline`` is that of the sockets."""

    where: Where
    pace: Pace
    ends_at: float
    deadline: Deadline
    retry_after: float | None = None
    """What the last answer asked for."""

    _clients: dict[str, Any] = field(default_factory=dict)
    _credentials: Credentials | None = None

    @property
    def credentials(self) -> Credentials:
        """Return who signs. Raises FunctionError."""
        if self._credentials is None:
            self._credentials = identity_credentials(self.where.identity)
        return self._credentials

    @property
    def region(self) -> str:
        """Return the region that is asked. Raises BadRequest where none is known."""
        region = self.where.region or str(self.credentials[0].get("region") or "")
        if not region:
            raise BadRequest("the region is not known", fix="name it with --region", field="--region")
        return region

    def clusters(self, compartment: str, name: str) -> list[ClusterView]:
        """List the clusters of a name, gone ones included while the service lists them."""
        return [ClusterView.of(each) for each in self._pages(ENGINE, "list_clusters", compartment, name=name)]

    def cluster(self, cluster: str) -> ClusterView:
        """Read one cluster."""
        return ClusterView.of(self._object(ENGINE, "get_cluster", cluster))

    def pools(self, compartment: str, cluster: str, name: str = "") -> list[PoolView]:
        """List the node pools of a cluster, without their nodes."""
        named = {"name": name} if name else {}
        found = self._pages(ENGINE, "list_node_pools", compartment, cluster_id=cluster, **named)
        return [PoolView.of(each) for each in found]

    def pool(self, pool: str) -> PoolView:
        """Read one node pool with its nodes."""
        return PoolView.of(self._object(ENGINE, "get_node_pool", pool))

    def work_request(self, work_request: str) -> WorkRequestView:
        """Read one work request."""
        return WorkRequestView.of(self._object(ENGINE, "get_work_request", work_request))

    def newest_work_request(
        self, compartment: str, cluster: str, resource: str, operation: str
    ) -> WorkRequestView | None:
        """Return the newest work request of an operation on a cluster or pool, None for none."""
        for each in self._pages(
            ENGINE, "list_work_requests", compartment, cluster_id=cluster, sort_order="DESC", sort_by="TIME_ACCEPTED"
        ):
            found = WorkRequestView.of(each)
            if found.operation == operation and resource in {ocid for _, ocid in found.resources}:
                return found
        return None

    def work_request_errors(self, compartment: str, work_request: str) -> list[str]:
        """Return why a work request failed, oldest first."""
        found = self._pages(ENGINE, "list_work_request_errors", compartment, work_request)
        return [f"{each.get('code')}: {each.get('message')}" for each in found]

    def versions(self) -> list[str]:
        """Return the versions of Kubernetes that a cluster may have."""
        return [str(each) for each in self._object(ENGINE, "get_cluster_options", "all")["kubernetesVersions"] or []]

    def pool_options(self, compartment: str) -> tuple[list[str], dict[str, str]]:
        """Return the shapes of nodes, and the OCIDs of their images by name."""
        found = self._object(ENGINE, "get_node_pool_options", "all", compartment_id=compartment)
        images = [each for each in found.get("sources") or [] if each.get("sourceType") == "IMAGE"]
        return list(found.get("shapes") or []), {each["sourceName"]: each["imageId"] for each in images}

    def subnet(self, subnet: str) -> SubnetView:
        """Read one subnet."""
        return SubnetView.of(self._object(NETWORK, "get_subnet", subnet))

    def domains(self, compartment: str) -> list[str]:
        """Return the names of the region's availability domains."""
        found = listed(self.ask(IDENTITY, "list_availability_domains", compartment).data, IDENTITY)
        return [str(each["name"]) for each in found]

    def began(self, call: str, *arguments: object, **options: object) -> str:
        """Make a change; return its work request's OCID, empty where the service named none."""
        return str(self.ask(ENGINE, call, *arguments, **options).headers.get("opc-work-request-id") or "")

    def kubeconfig(self, cluster: str, endpoint: str) -> str:
        """Return the text of a kubeconfig for one of the cluster's endpoints."""
        from oci.container_engine.models import CreateClusterKubeconfigContentDetails as Details

        from shared.kubernetes.cluster_access import TOKEN_VERSION

        details = Details(token_version=TOKEN_VERSION, endpoint=f"{endpoint.upper()}_ENDPOINT")
        answer = self.ask(ENGINE, "create_kubeconfig", cluster, create_cluster_kubeconfig_content_details=details)
        with oci_errors(ENGINE):
            return str(answer.data.text)

    def ask(self, service: str, call: str, *arguments: object, **options: object) -> Any:  # noqa: ANN401
        """Make one call of the SDK until it is answered; OciServiceError, or StillGoingOn when time is over."""
        turn = 0
        while True:
            try:
                return self._once(service, call, *arguments, **options)
            except OciServiceError as fault:
                patient = fault.status == 429 or turn + 1 < ATTEMPTS
                if fault.status not in REPEATED or not patient:
                    raise
                self.wait(turn, f"{service} does not answer {call} ({fault.code or fault.status})")
            turn += 1

    def wait(self, turn: int, waiting_for: str) -> None:
        """Wait before another look. Raises StillGoingOn where that would end too late."""
        seconds = self.pace.seconds(turn, self.retry_after)
        if self.pace.now() + seconds >= self.ends_at:
            raise StillGoingOn(waiting_for)
        self.pace.sleep(seconds)

    def _once(self, service: str, call: str, *arguments: object, **options: object) -> Any:  # noqa: ANN401
        from oci import exceptions

        client = self._client(service)
        self.retry_after = None
        with oci_errors(service):
            try:
                answer = getattr(client, call)(*arguments, **options)
            except exceptions.ServiceError as fault:
                self.retry_after = retry_after_seconds((fault.headers or {}).get("retry-after"))
                raise
        self.retry_after = retry_after_seconds(answer.headers.get("retry-after"))
        return answer

    def _client(self, service: str) -> Any:  # noqa: ANN401
        if service not in self._clients:
            endpoint = self.where.endpoint
            region = self.region if not endpoint else self.where.region
            made = make_client(service, self.credentials, self.deadline, region=region, endpoint=endpoint, raw=True)
            made.base_client.timeout = attempt_timeouts(READ_SECONDS)
            self._clients[service] = made
        return self._clients[service]

    def _object(self, service: str, call: str, *arguments: object, **options: object) -> dict[str, Any]:
        found = self.ask(service, call, *arguments, **options).data
        if not isinstance(found, dict):
            raise OciServiceError(f"{service} answered {call} without an object", code="malformed", service=service)
        return found

    def _pages(self, service: str, call: str, *arguments: object, **options: object) -> Iterator[dict[str, Any]]:
        page: dict[str, object] = {}
        for _ in range(MAX_PAGES):
            answer = self.ask(service, call, *arguments, **options, **page)
            yield from listed(answer.data, service)
            following = answer.headers.get("opc-next-page")
            if not following:
                return
            page = {"page": following}
        raise OciServiceError(f"{service} has no last page of {call}", code="malformed", service=service)


def found_or(call: Callable[[], Any], field: str, text: str) -> Any:  # noqa: ANN401
    """Return what a call returns; BadRequest that names an argument where the service answers 404."""
    try:
        return call()
    except OciServiceError as fault:
        if fault.status != 404:
            raise
        raise BadRequest(
            f"{text} is not there, or this identity may not read it",
            field=field,
            fix="check the OCID, the region and the policies of docs/okectl.md (OCI answers 404 for all three)",
        ) from None
