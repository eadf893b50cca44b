"""What the pages of `cloud serve` open on: a quarter of bills, two pools with hours behind them, registered cards.

All of it comes about as in a tenancy: reports in the bucket that the function loads, ticks of the function on a cluster
whose load changes, a registry in the private bucket. It is made beside the server, which is there at once.
"""

from __future__ import annotations

import json
import secrets
import sys
import threading
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

from emulator.example_cards import OBJECT, registry_object
from emulator.example_data import PRIVATE_BUCKET
from emulator.reports.billing_history import final_state, publish_objects
from emulator.reports.sample_quarter import SAMPLE_QUARTER
from emulator.services.identity.login_service import USER
from emulator.services.identity.service import DEFAULT_TENANCY
from emulator.services.object_storage.stored_objects import BLING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emulator.cloud import Cloud
    from emulator.fn_server.host import FunctionHost
    from emulator.reports.billing_history import BillingHistory

PAGES = {"costs": "/billing", "cluster": "/autoscaler", "badges": "/codecard/badges"}
EVENT = "DevCon 2026"
COURSE = (8, 12, 20, 30, 34, 34, 26, 18, 10, 6, 6, 12, 24, 36, 40, 22, 9, 5, 5, 16, 28)
"""Replicas of a shop, step by step, over the hours before now."""

TOO_MUCH = "90Gi"
"""Memory of a pod that waits in the end: more than a node of any pool has, and the page says so."""
STEP_SECONDS = 600
TICK_SECONDS = 60
CALL_SECONDS = 310
BILLING, AUTOSCALER, BADGE = "adw-billing", "oke-autoscaler", "codecard-avatar"


class PagesData(threading.Thread):
    """Makes the data and keeps the cluster in motion until ``stop`` is set; what it does is said on stderr."""

    def __init__(
        self,
        cloud: Cloud,
        host: FunctionHost,
        stop: threading.Event,
        *,
        quarter: BillingHistory = SAMPLE_QUARTER,
        course: Sequence[int] = COURSE,
    ) -> None:
        super().__init__(name="pages-data", daemon=True)
        self._quarter = quarter
        self._course = course
        self._cloud = cloud
        self._host = host
        self._stop_asked = stop

    def go_back(self) -> None:
        """Let the cluster's clock stand hours ago, before anything of it is made."""
        self._cloud.cluster.clock.set(time.time() - len(self._course) * STEP_SECONDS)

    def prepare(self) -> None:
        """Register the cards and make the pools; quick."""
        cloud, host = self._cloud, self._host
        store = cloud.object_storage.store
        private = store.bucket(store.namespace_of(DEFAULT_TENANCY), PRIVATE_BUCKET)
        cloud.object_storage.put(private, OBJECT, registry_object())
        kept = {key: value for key, value in host.config[BADGE].items() if key != "apex_url"}
        url = f"{cloud.endpoint}/n/{private.namespace}/b/{private.name}"
        keepers = {"card_keepers": "*", "page_key": secrets.token_hex(32), "event_name": EVENT}
        host.configure(BADGE, {**kept, "private_bucket": url, "card_registry": OBJECT, **keepers})
        self._make_pools()

    def _make_pools(self) -> None:
        cluster, host = self._cloud.cluster, self._host
        web = cluster.node_pools.pools[host.config[AUTOSCALER]["node_pool_id"]]
        batch = cluster.add_pool("batch", size=0, ocpus=8, memory_gib=64)
        pools = [
            {"id": web.id, "min_size": 1, "max_size": 12, "cost": 110},
            {"id": batch.id, "min_size": 0, "max_size": 3, "cost": 420},
        ]
        kept = {key: value for key, value in host.config[AUTOSCALER].items() if not key.startswith("node_pool_")}
        settings = {"node_pools": json.dumps(pools), "unneeded_minutes": "15"}
        host.configure(AUTOSCALER, {**kept, **settings, "node_pool_eval_cpu_load": "40"})
        cluster.add_replicas("shop", self._course[0], cpu="500m", memory="1Gi", pool=web)
        cluster.add_replicas("report", 0, cpu="1", memory=TOO_MUCH)
        self.go_back()

    def run(self) -> None:
        """Make all, then tick each minute."""
        try:
            self._load_quarter()
            self._play_hours()
            while not self._stop_asked.wait(TICK_SECONDS):
                self._call(AUTOSCALER)
        except (OSError, ValueError, RuntimeError) as fault:  # the cloud may be on its way down
            if not self._stop_asked.is_set():
                _say(f"the pages' data is not complete: {fault}")

    def _play_hours(self) -> None:
        cluster = self._cloud.cluster
        _say(f"cluster page: {len(self._course) * STEP_SECONDS // 60} minutes are being played, with a tick each 5 …")
        for replicas in self._course:
            cluster.scale("shop", replicas)
            for _ in range(2):
                if self._stop_asked.is_set():
                    return
                self._call(AUTOSCALER)
                cluster.advance(STEP_SECONDS / 2)
        cluster.scale("report", 1)
        cluster.clock.follow()
        _say("cluster page: its past is there; from now on there is a tick a minute")

    def _load_quarter(self) -> None:
        if self._stop_asked.is_set():
            return
        _say("cost page: a quarter of reports is being made and loaded …")
        cloud = self._cloud
        bucket = cloud.object_storage.store.bucket(BLING, DEFAULT_TENANCY)
        publish_objects(cloud.object_storage, bucket, final_state(self._quarter.publications()).values())
        left = 1
        while left and not self._stop_asked.is_set():
            answer = self._call(BILLING, b'{"detail": true}')
            if "error" in answer:
                raise RuntimeError(f"{BILLING}: {answer['error']}")
            left = int(answer["remaining"])
        _say("cost page: the quarter is loaded")

    def _call(self, function: str, body: bytes = b"") -> Any:  # noqa: ANN401  (its JSON)
        request = urllib.request.Request(f"{self._cloud.gateway}/invoke/{function}", data=body, method="POST")  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=CALL_SECONDS) as answer:  # noqa: S310  (our own address)
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{function} answered {error.code}") from error


def explain_pages(cloud: Cloud) -> str:
    """Return the addresses of the pages."""
    lines = [f"Pages, to open in a browser ({USER} is logged in at once, as an identity domain does after a password):"]
    return "\n".join([*lines, *(f"  {name:<8} {cloud.gateway}{path}" for name, path in PAGES.items())])


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
