"""What lives as long as the container: connections, the principal, what was found out about hosts and buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.codecard_avatar import time_budget
from functions.codecard_avatar.publish.bucket import Bucket, PrincipalCache
from shared.http.client import HttpClient

if TYPE_CHECKING:
    from functions.codecard_avatar.publish.bucket_url import BucketUrl
    from functions.codecard_avatar.settings import Settings


class Container:
    """One a process. ``readable``: how the objects of a bucket can be read; ``fingerprints``: by scheme and host."""

    def __init__(self) -> None:
        self.http = HttpClient("codecard-avatar")
        self.readable: dict[BucketUrl, BucketUrl] = {}
        self.fingerprints: dict[str, str] = {}
        self._principals = PrincipalCache()
        self._called = False

    def start_seconds(self) -> float:
        """How long the container had been starting when its first call came; 0 for every later call."""
        age = 0.0 if self._called else time_budget.process_age_seconds()
        self._called = True
        return age if age < time_budget.MAX_COLD_START_SECONDS else 0.0

    def bucket(self, settings: Settings) -> Bucket:
        """The bucket of the config; ``Settings.check`` has seen to it that there is one where it is needed."""
        if settings.oss_bucket is None:
            raise AssertionError("oss_bucket is not set")
        return Bucket(settings.oss_bucket.at(settings.oci_endpoint), self.http, self._principals)
