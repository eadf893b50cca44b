"""Warm containers: they close what a call has opened, and follow the token that OCI replaces under them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.example_cloud import BADGE, NAMES, ExampleCloud, sockets_of

if TYPE_CHECKING:
    from collections.abc import Iterator

KEPT = {BADGE: 1}
"""Connections that a container keeps on purpose: card backend and bucket are asked again, here on one host."""

LEAST = "request-context"
"""Asks for nothing but its metrics: the sockets of its process are those of the FDK."""


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[ExampleCloud]:
    with ExampleCloud(tmp_path_factory.mktemp("warm"), keys_folder) as made:
        yield made


def pid_of(example: ExampleCloud, name: str) -> int:
    (pid,) = example.host.processes(name)
    return pid


@pytest.mark.parametrize("name", NAMES)
def test_a_warm_container_keeps_no_connections(example: ExampleCloud, name: str) -> None:
    for _ in range(6):
        assert example.call(name).status_code == 200
    if name != LEAST:
        example.call(LEAST)
    assert sockets_of(pid_of(example, name)) <= sockets_of(pid_of(example, LEAST)) + KEPT.get(name, 0)


@pytest.mark.parametrize("name", NAMES)
def test_a_warm_container_goes_on_when_its_token_was_replaced_and_the_old_one_has_ended(
    example: ExampleCloud, name: str
) -> None:
    example.call(name)
    before, pid = example.call(name), pid_of(example, name)
    assert example.summary(name)["metrics"].startswith("posted")
    example.cloud.identity.rotate(overlap_seconds=0)
    example.cloud.log.clear()
    after = example.call(name)
    assert pid_of(example, name) == pid
    assert (after.status_code, "error" in after.text) == (before.status_code, "error" in before.text) == (200, False)
    assert example.summary(name)["outcome"] == "ok"
    assert example.summary(name)["metrics"].startswith("posted")
    assert [call.status for call in example.logged() if call.principal], "the function signs nothing"


@pytest.mark.parametrize("name", NAMES)
def test_a_token_that_has_expired_is_told_as_that(example: ExampleCloud, name: str) -> None:
    kept = dict(example.host.config[name])
    example.configure(name, **example.cloud.identity.mint_resource_principal(lifetime_seconds=-1))
    try:
        text = example.call(name).text
        summary = example.summary(name)
    finally:
        example.host.configure(name, kept)
    assert summary["metrics"] == "failed: token expired"
    if name == BADGE:
        assert "session token has expired" in str(summary)
        assert "polic" not in text
    elif name != LEAST:
        assert '"reason": "token-expired"' in text
        assert "polic" not in text
