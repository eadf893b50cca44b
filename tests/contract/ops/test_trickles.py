"""Answers at 20 bytes a second, and hosts of a private authority: what the commands' own clients do about both.

Without the deadline these calls succeed, or fail as something else, after half a minute and more.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from emulator.services.identity.service import DEFAULT_COMPARTMENT
from ops import invoke
from ops.identities import Identity, identity_credentials
from ops.preflight import outside
from ops.preflight.checks import Preflight, Where
from shared.errors import OciServiceError
from shared.tls import client_context, trust
from tests.support.small_functions import ECHO, cloud_with, function_ocid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emulator.cloud import Cloud

BYTES_PER_SECOND = 20
SECONDS = 2


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[Cloud]:
    with cloud_with(tmp_path_factory.mktemp("trickles"), keys_folder, {"echo": ECHO}) as (made, _):
        yield made


@pytest.fixture
def cloud(world: Cloud) -> Iterator[Cloud]:
    world.reset()
    trust("")
    client_context.cache_clear()
    yield world
    trust("")


def call(cloud: Cloud, *arguments: str, endpoint: str = "") -> int:
    identity = ["--auth", "config", "--config-file", str(cloud.identity.create_user().config_file)]
    where = ["--endpoint", endpoint or cloud.endpoint]
    return invoke.main([function_ocid("echo"), *identity, *where, "--body", "[]", *arguments])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_call_whose_answer_trickles_is_no_answer_in_time(cloud: Cloud, method: str) -> None:
    """The look-up of the function's endpoint, and the call."""
    assert call(cloud) == invoke.SUCCESS
    armed = cloud.faults.add(service="functions", method=method, trickle=BYTES_PER_SECOND, times=None)
    assert (call(cloud, "--timeout", str(SECONDS)), armed.hits) == (invoke.NOTHING_ANSWERED, 1)


def test_an_identity_whose_token_trickles_is_no_answer_in_time(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCI_METADATA_BASE_URL", f"{cloud.endpoint}/opc/v2")
    armed = cloud.faults.add(path="^/opc/", trickle=BYTES_PER_SECOND, times=None)
    with pytest.raises(OciServiceError) as caught:
        identity_credentials(Identity("instance-principal", token_attempts=1, token_seconds=SECONDS))
    assert (caught.value.code, armed.hits > 0) == ("no-answer", True)


def test_a_check_of_a_tenancy_that_trickles_is_a_row_and_the_next_one_is_made(cloud: Cloud) -> None:
    user = cloud.identity.create_user()
    armed = cloud.faults.add(service="functions", trickle=BYTES_PER_SECOND, times=None)
    where = Where(DEFAULT_COMPARTMENT, endpoint=cloud.endpoint)
    identity = Identity("config", config_file=str(user.config_file))
    rows = Preflight(where, identity, check_seconds=SECONDS).rows()
    row = next(each for each in rows if each.area == "functions")
    assert (row.outcome, "no answer" in row.detail, armed.hits) == ("FAILED", True, 1)
    assert next(rows).area != "functions"


def test_a_route_that_trickles_is_no_answer(cloud: Cloud) -> None:
    armed = cloud.faults.add(path="^/n$", trickle=BYTES_PER_SECOND, times=None)
    row = outside.route("/n", 401, "a token is asked for", cloud.endpoint, SECONDS)
    assert (row.outcome, "no answer" in row.detail, armed.hits) == ("FAILED", True, 1)


def test_a_service_of_a_private_authority_answers_once_its_file_is_given(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--ca-certificates", str(cloud.ca_file), "--invoke-endpoint", cloud.tls_endpoint]
    assert call(cloud, *given[2:], endpoint=cloud.tls_endpoint) == invoke.NOTHING_ANSWERED
    assert call(cloud, *given, endpoint=cloud.tls_endpoint) == invoke.SUCCESS
    capsys.readouterr()
    assert call(cloud, "--ca-certificates", "/nope") == invoke.ERROR
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["reason"], error["field"]) == ("bad-request", "--ca-certificates")


def test_a_check_from_outside_trusts_the_same_authority(cloud: Cloud) -> None:
    assert "no answer" in outside.route("/n", 401, "a token is asked for", cloud.tls_endpoint).detail
    invoke.trust_authorities(str(cloud.ca_file))
    assert "no answer" not in outside.route("/n", 401, "a token is asked for", cloud.tls_endpoint).detail
