"""A local cloud with codecard-avatar as a real process behind the gateway, and a card."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from emulator.card.card_client import Card, Picture, Press
from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import FunctionsApp
from emulator.services.identity.service import DEFAULT_TENANCY

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from emulator.fn_server.host import CallRecord
    from emulator.services.object_storage.stored_objects import StoredBucket

CARD = "CC50E3CCBFFF"
FUNCTION = "codecard-avatar"
ROUTE = "/codecard/avatar"
PATIENCE_SECONDS = 60.0
"""A card of the tests waits longer than the real one, so that a slow machine changes no result."""


class TwoCards(Card):
    """A reflashed card, and a stock one that fetches every picture too, from the same host behind the load balancer."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(CARD, "LF", first_byte_seconds=PATIENCE_SECONDS)
        self._cloud = cloud

    def fetch_picture(self, fields: dict[str, str]) -> Picture:
        """Fetch with both; what one shows, the other has to show."""
        picture = super().fetch_picture(fields)
        cloud, url = self._cloud, fields["backgroundImage"]
        for today, balanced in (
            (cloud.tls_endpoint, cloud.balancer_endpoint),
            (cloud.tls_gateway, cloud.balancer_gateway),
        ):
            url = url.replace(today, balanced)
        assert Card(self.card_id).fetch_picture({**fields, "backgroundImage": url}) == picture
        return picture


class BadgeCloud:
    """The cloud as a context manager; everything goes over https."""

    def __init__(self, root: Path, keys: Path) -> None:
        self.functions = FunctionsApp(self._environment, limit_rate=False)
        self.cloud = Cloud(root, functions=self.functions, options=CloudOptions(keys_folder=keys))
        self.card: Card = TwoCards(self.cloud)

    def __enter__(self) -> Self:
        self.cloud.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cloud.close()

    def _environment(self, cloud: Cloud) -> dict[str, str]:
        return {**cloud.identity.mint_resource_principal(), "SSL_CERT_FILE": str(cloud.ca_file)}

    @property
    def apex_url(self) -> str:
        """The card backend's address."""
        return self.cloud.tls_endpoint + self.cloud.codecard.path

    @property
    def button_url(self) -> str:
        """What the card's owner has set with `buttona1=`."""
        return self.cloud.gateway + ROUTE

    def reset(self) -> None:
        """No buckets, cards, faults or logged calls."""
        self.cloud.reset()
        self.functions.host.calls.clear()
        self.functions.host.logs.clear()

    def bucket(self, name: str = "codecard", access: str = "ObjectRead") -> StoredBucket:
        """Make a bucket in the principal's tenancy."""
        return self.cloud.object_storage.create_bucket(name, tenancy=DEFAULT_TENANCY, public_access_type=access)

    def bucket_url(self, bucket: StoredBucket) -> str:
        """What the user sets as `oss_bucket`."""
        return f"{self.cloud.tls_endpoint}/n/{bucket.namespace}/b/{bucket.name}"

    def link(self, bucket: StoredBucket, access: str = "AnyObjectReadWrite", lifetime_seconds: float = 3600) -> str:
        """A pre-authenticated URL of a bucket."""
        url = self.cloud.object_storage.create_link(bucket, access, lifetime_seconds=lifetime_seconds)
        return url.replace(self.cloud.endpoint, self.cloud.tls_endpoint)

    def configure(self, **config: str) -> None:
        """Set the function's config, as `fn config function` does; warm processes end."""

        async def set_config() -> None:
            self.functions.host.configure(FUNCTION, config)

        self.cloud.run(set_config(), timeout_seconds=10)

    def keep(self, **config: str) -> None:
        """Set the function's config unless it has this one: its warm process, and what that remembers, goes on.

        For tests that follow each other with one config, and for which it is the same what an earlier one has left.
        """
        if self.functions.host.config.get(FUNCTION) != config or not self.functions.host.processes(FUNCTION):
            self.configure(**config)

    def press(self, card: Card | None = None, label: str = "a", function: str = "1") -> Press:
        """Press a button of the card."""
        return (card or self.card).press(self.button_url, label=label, function=function)

    def calls(self) -> list[CallRecord]:
        """The function's calls so far."""
        return [call for call in self.functions.host.calls if call.function == FUNCTION]

    def log_lines(self) -> list[dict[str, object]]:
        """The function's log, a JSON object a line."""
        return [json.loads(line.text) for line in self.functions.host.logs if line.text.startswith("{")]
