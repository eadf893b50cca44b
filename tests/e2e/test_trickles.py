"""Every call that a function makes trickles in turn, at 20 bytes a second: its answer is there before Fn ends the call.

Which calls there are is read from the cloud's log of a call that nothing hinders. Where the deadline bounds single
receives only, Fn answers 504 here.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.example_cloud import BADGE, ExampleCloud

if TYPE_CHECKING:
    from collections.abc import Iterator

BYTES_PER_SECOND = 20
SECONDS = 5
"""Until Fn ends a call. An answer of the services has 150 bytes and more in its head alone."""

AFTER_THE_LOAD = {"compartments"}
"""Services that a load asks when the reports are in, where a second is left: their calls get twice the time, so that
one is left on a busy machine, too. What they lack makes a warning, of the preflight as well."""

REASONS = {
    "adw-billing": {"oci-service-error", "deadline-exceeded"},
    BADGE: {"backend-late", "upload-late"},
    "request-context": set[str](),
}
"""What the summary line may say; metrics that are late are no error, nor are reports that the next call loads."""


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[ExampleCloud]:
    with ExampleCloud(tmp_path_factory.mktemp("trickles"), keys_folder) as made:
        made.configure("adw-billing", deadline_margin_seconds="2")
        yield made


PREFLIGHT = '{"preflight": true}'


def start_over(example: ExampleCloud, name: str) -> None:
    """Forget what earlier calls have stored, so that each call asks for the same."""
    for file in Path(example.cloud.root).glob("billing.duckdb*"):
        file.unlink()
    if name == BADGE:
        example.configure(name)  # a container of its own: what is known about hosts and buckets is kept in it
    example.cloud.log.clear()
    example.cloud.faults.clear()


def call_of(path: str) -> str:
    """Return a pattern for a path; the objects of a bucket are one call."""
    bucket, separator, _ = path.partition("/o/")
    return f"^{re.escape(bucket)}/o/" if separator else f"^{re.escape(path)}$"


@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", REASONS)
def test_a_call_that_trickles_never_holds_a_function(example: ExampleCloud, name: str) -> None:
    example.call(name)  # starts the container
    start_over(example, name)
    assert example.call(name).status_code == 200
    asked = sorted({(call.service, call.method, call_of(call.path)) for call in example.logged()})
    assert asked
    for service, method, path in asked:
        example.limit(name, 2 * SECONDS if service in AFTER_THE_LOAD else SECONDS)
        start_over(example, name)
        trickle = example.cloud.faults.add(
            service=service, method=method, path=path, trickle=BYTES_PER_SECOND, times=None
        )
        status, summary = example.call(name).status_code, example.summary(name)
        told = f"{method} {path}: {status} {summary}"
        assert trickle.hits, told
        assert status == 200, told
        assert summary["outcome"] == "ok" or summary["reason"] in REASONS[name], told
        assert not summary.get("loaded") or service in {"telemetry-ingestion", *AFTER_THE_LOAD}, told


@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", ["adw-billing", BADGE, "oke-autoscaler"])
def test_a_call_that_trickles_is_a_row_of_the_preflight(example: ExampleCloud, name: str) -> None:
    """One check takes its time, and there is an answer all the same; metrics are no check."""
    start_over(example, name)
    example.limit(name, 60)
    assert example.call(name, PREFLIGHT).json()["preflight"]["ok"]
    asked = sorted({(call.service, call.method, call_of(call.path)) for call in example.logged()})
    example.limit(name, SECONDS)
    for service, method, path in asked:
        start_over(example, name)
        trickle = example.cloud.faults.add(
            service=service, method=method, path=path, trickle=BYTES_PER_SECOND, times=None
        )
        answer = example.call(name, PREFLIGHT)
        told = f"{method} {path}: {answer.status_code} {answer.text}"
        assert trickle.hits, told
        assert answer.status_code == 200, told
        harmless = {"telemetry-ingestion", *AFTER_THE_LOAD}
        assert answer.json()["preflight"]["ok"] is (service in harmless), told
        others = [row for row in answer.json()["preflight"]["checks"] if row["name"] != "warehouse"]  # it warns of /tmp
        assert (service in AFTER_THE_LOAD) is ("warning" in json.dumps(others)), told
