"""The Notifications topic that hears of budgets: one message each, published with the SDK's base client."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from shared.errors import OciServiceError
from shared.oci.clients import bare_client, oci_errors, sdk_credentials

if TYPE_CHECKING:
    from functions.adw_billing.settings import Settings
    from shared.deadline import Deadline

SERVICE = "notifications"
WHERE = "https://notification.{region}.{secondLevelDomain}/20181201"
STATEMENT = "use ons-topics in the compartment of the topic"
MOST_BODY_BYTES = 60_000
"""A message has at most 64 KB (PublishMessage, limits)."""


class BudgetTopic:
    """One topic, until the deadline."""

    def __init__(self, settings: Settings, deadline: Deadline) -> None:
        self._settings = settings
        self._deadline = deadline
        self.ocid = settings.notification_topic

    def publish(self, title: str, body: str) -> str:
        """Publish a message; return its id. Raises OciServiceError.

        One attempt: a message whose answer was lost may have been sent, and the next call sends again what was not.
        """
        shown = body.encode()[:MOST_BODY_BYTES].decode(errors="ignore")
        answer = self._call("POST", f"/topics/{self.ocid}/messages", {"title": title, "body": shown})
        message = answer.get("messageId")
        if not isinstance(message, str) or not message:
            raise OciServiceError("the answer has no messageId", code="malformed", service=SERVICE)
        return message

    def state(self) -> str:
        """Return the topic's name and state. Raises OciServiceError."""
        found = self._call("GET", f"/topics/{self.ocid}", None)
        return f"{found.get('name')} is {found.get('lifecycleState')}"

    def _call(self, method: str, path: str, body: dict[str, str] | None) -> dict[str, Any]:
        headers = {"accept": "application/json", "content-type": "application/json"}
        arguments: dict[str, Any] = {"body": body} if body else {}
        with oci_errors(SERVICE):
            answer = self._client.call_api(
                resource_path=path, method=method, header_params=headers, response_type="object", **arguments
            )
        return answer.data if isinstance(answer.data, dict) else {}

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401  (the SDK's base client)
        from oci.regions import get_region_from_short_name

        config, signer = sdk_credentials(self._settings)
        # A topic is known in its own region only, which its OCID names: by a short name such as `iad`, or whole.
        region = get_region_from_short_name(region_of(self.ocid)) if region_of(self.ocid) else config.get("region", "")
        return bare_client(SERVICE, self._settings, self._deadline, ({**config, "region": region}, signer), WHERE)


def region_of(ocid: str) -> str:
    """Return the region that an OCID names; empty for none."""
    return ocid.split(".")[3]
