"""What lives as long as the container: connections, the principal, and what was found out about hosts and buckets."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from functions.codecard_avatar import time_budget
from functions.codecard_avatar.card.registry import ConfigRegistry
from functions.codecard_avatar.publish.fingerprints import HostFingerprints
from functions.codecard_avatar.publish.recent_pictures import RecentPictures
from functions.codecard_avatar.storage.bucket_client import BucketClient, PrincipalCache
from shared.http.client import HttpClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from functions.codecard_avatar.card.object_registry import HeldDocument
    from functions.codecard_avatar.card.registry import Registry
    from functions.codecard_avatar.card.registry_store import RegistryStore
    from functions.codecard_avatar.model.bucket_url import BucketUrl
    from functions.codecard_avatar.settings import Settings
    from shared.deadline import Deadline


class ContainerState:
    """One a process, shared by its calls.

    ``stored_names`` are those of pictures that lie in the bucket, ``pictures`` those that a card may fetch from here;
    ``fingerprints`` are those of the hosts' certificates. ``process_age_seconds`` tells how long ago the process was
    started.
    """

    def __init__(
        self,
        http: HttpClient | None = None,
        process_age_seconds: Callable[[], float] = time_budget.process_age_seconds,
    ) -> None:
        self.http = http or HttpClient("codecard-avatar")
        self._process_age_seconds = process_age_seconds
        self.stored_names: dict[str, None] = {}
        self.pictures = RecentPictures()
        self.fingerprints = HostFingerprints()
        self._principals = PrincipalCache()
        self._held_registry: HeldDocument | None = None
        self._called = False

    def start_seconds(self) -> float:
        """Return how long the container had been starting when its first call came; 0 for every later call."""
        # The card's 5 s run while Fn starts the container, so the start is taken off the budget of the call that waited
        # for it. An older process was started ahead of its first call, which then waited for nothing.
        age = 0.0 if self._called else self._process_age_seconds()
        self._called = True
        return age if age < time_budget.MAX_COLD_START_SECONDS else 0.0

    def bucket(self, settings: Settings) -> BucketClient:
        """Return the pictures' bucket; ``Settings.check`` has made sure that it is set where it is needed."""
        return self._client(settings.oss_bucket, settings)

    def private_bucket(self, settings: Settings) -> BucketClient:
        """Return the bucket of registry and background, that of the pictures where the config has one bucket only."""
        return self._client(settings.private_bucket or settings.oss_bucket, settings)

    def load_principal(self, settings: Settings) -> bool:
        """Read the resource principal where requests to a bucket are signed with it, and tell whether they are.

        Raises NotAuthorised when the environment has none.
        """
        buckets = [each for each in (settings.oss_bucket, settings.private_bucket) if each is not None]
        signs = any(not each.is_preauthenticated for each in buckets)
        if signs:
            self._principals.get(time.time())
        return signs

    def _client(self, url: BucketUrl | None, settings: Settings) -> BucketClient:
        if url is None:
            raise AssertionError("the bucket is not set")
        return BucketClient(url.at(settings.oci_endpoint), self.http, self._principals)

    def registry(self, settings: Settings) -> Registry:
        """Return where cards are looked up: the backend if there is one, else the bucket's object, else the config."""
        # A container asks one of them all its life, so only that one is loaded.
        if settings.apex_url:
            from functions.codecard_avatar.card.backend_registry import BackendRegistry

            return BackendRegistry(settings.apex_url, self.http)
        if settings.card_registry:
            return self._object_registry(settings)
        return ConfigRegistry(settings.card_names or {})

    def card_store(self, settings: Settings, deadline: Deadline) -> RegistryStore:
        """Return the registry's objects for who changes them; ``Settings.check`` has seen to it that they are set."""
        from functions.codecard_avatar.card.bucket_objects import BucketObjects  # not for a press
        from functions.codecard_avatar.card.registry_store import RegistryStore

        url = settings.private_bucket or settings.oss_bucket
        if url is None:
            raise AssertionError("the bucket is not set")
        # A client of its own, which sends nothing twice: the second of two writes would find its condition not met.
        http = HttpClient("codecard-avatar", repeats=False)
        bucket = BucketClient(url.at(settings.oci_endpoint), http, self._principals)
        return RegistryStore(BucketObjects(bucket, deadline), settings.card_registry, deadline)

    def _object_registry(self, settings: Settings) -> Registry:
        from functions.codecard_avatar.card.object_registry import HeldDocument, ObjectRegistry

        self._held_registry = self._held_registry or HeldDocument()
        return ObjectRegistry(self.private_bucket(settings), settings.card_registry, self._held_registry)
