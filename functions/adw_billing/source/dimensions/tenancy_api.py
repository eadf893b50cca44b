"""Signed reads of one dimension: pages of JSON, bounded in number and time.

The SDK's base client makes them: the clients of OneSubscription and Search would bring their models into the image for
four reads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shared.errors import OciServiceError
from shared.oci.clients import Credentials, bare_client, oci_errors, sdk_credentials
from shared.oci.retries import DeadlineRetry

if TYPE_CHECKING:
    from functions.adw_billing.settings import Settings
    from shared.deadline import Deadline

MAX_CALLS = 200
"""Of one dimension and tenancy, pages included: 200,000 compartments or resources."""
PAGE_ROWS = 1000
ATTEMPTS = 2
"""Of one call, the first included: whatever is not read today is read by a later call."""
READ_SECONDS = 10.0

IDENTITY = "https://identity.{region}.oci.{secondLevelDomain}/20160918"
ONE_SUBSCRIPTION = "https://identity.{region}.oci.{secondLevelDomain}/20190111"
SEARCH = "https://query.{region}.oci.{secondLevelDomain}/20180409"

Record = dict[str, Any]


@dataclass(slots=True)
class TenancyApi:
    """The APIs as one principal reads them until the deadline."""

    settings: Settings
    deadline: Deadline
    calls: int = 0
    _clients: dict[str, Any] = field(default_factory=dict)
    _credentials: Credentials | None = None

    def one(self, where: str, path: str) -> Record:
        """Return one object. Raises OciServiceError."""
        found, _ = self._call(where, path, {}, None)
        if not isinstance(found, dict):
            raise _malformed(where)
        return found

    def every(self, where: str, path: str, query: Record, body: Record | None = None) -> list[Record]:
        """Return the objects of all pages. Raises OciServiceError; ``too-many`` where they do not end."""
        rows: list[Record] = []
        page = ""
        while True:
            asked = {"limit": PAGE_ROWS, **query, **({"page": page} if page else {})}
            found, following = self._call(where, path, asked, body)
            items = found.get("items") if isinstance(found, dict) else found
            if not isinstance(items, list):
                raise _malformed(where)
            rows += [item for item in items if isinstance(item, dict)]
            if not following or following == page:
                return rows
            page = following

    def _call(self, where: str, path: str, query: Record, body: Record | None) -> tuple[Any, str]:
        if self.calls >= MAX_CALLS:
            raise OciServiceError(
                f"the list did not end within {MAX_CALLS} calls", code="too-many", service=_service(where)
            )
        self.calls += 1
        retry = DeadlineRetry(self.deadline, attempts=ATTEMPTS, read_seconds=READ_SECONDS)
        client = self._client(where)
        retry.client = _Timed(client)
        with oci_errors(_service(where)):
            answer = retry.make_retrying_call(
                client.call_api,
                resource_path=path,
                method="POST" if body else "GET",
                query_params=query,
                header_params={"accept": "application/json", "content-type": "application/json"},
                body=body,
                response_type="object",
            )
        return answer.data, str(answer.headers.get("opc-next-page") or "")

    def _client(self, where: str) -> Any:  # noqa: ANN401  (the SDK's base client)
        if self._credentials is None:
            self._credentials = sdk_credentials(self.settings)
        if where not in self._clients:
            config, signer = self._credentials
            placed = {**config, "region": self.settings.home_region} if self.settings.home_region else config
            self._clients[where] = bare_client(_service(where), self.settings, self.deadline, (placed, signer), where)
        return self._clients[where]


class _Timed:
    """What DeadlineRetry asks of a client: its ``base_client`` with the time-outs."""

    def __init__(self, base_client: Any) -> None:  # noqa: ANN401
        self.base_client = base_client


def _service(where: str) -> str:
    return {IDENTITY: "identity", ONE_SUBSCRIPTION: "onesubscription", SEARCH: "resource-search"}[where]


def _malformed(where: str) -> OciServiceError:
    return OciServiceError("the answer is none of this API", code="malformed", service=_service(where))
