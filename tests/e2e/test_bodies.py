"""Every function as Fn runs it, called with bodies that are not its own: a refusal, and nothing else happens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import requests

from emulator.cloud import Cloud, CloudOptions
from emulator.example_data import CARD_ID, fill
from emulator.example_functions import configure
from emulator.functions_app import FunctionsApp
from tests.support.bodies import UNUSABLE_BODIES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emulator.base.request_log import LoggedCall

WORKING_FUNCTIONS = ("adw-billing", "codecard-avatar", "oke-autoscaler")
"""The functions that change or publish something; request-context shows whatever body it is sent."""

CARD = {"X-CODECARD-ID": CARD_ID, "X-CODECARD-BUTTON-LABEL": "a", "X-CODECARD-BUTTON-FUNCTION": "1"}
ALSO_UNKNOWN = {"adw-billing": b'{"dry_run": true}', "codecard-avatar": b'{"dry_run": true}'}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[tuple[Cloud, FunctionsApp]]:
    functions = FunctionsApp(lambda cloud: cloud.identity.mint_resource_principal())
    options = CloudOptions(keys_folder=keys_folder)
    with Cloud(tmp_path_factory.mktemp("bodies"), functions=functions, options=options) as cloud:
        configure(cloud, functions.host, fill(cloud), billing_days=1)
        yield cloud, functions


def call(served: tuple[Cloud, FunctionsApp], name: str, body: bytes) -> tuple[Any, list[LoggedCall]]:
    """Return the answer, and what the function asked of the cloud meanwhile."""
    cloud, _ = served
    cloud.log.clear()
    answer = requests.post(f"{cloud.gateway}/invoke/{name}", data=body, headers=CARD, timeout=60)
    assert answer.status_code == 200
    return answer.json(), [each for each in cloud.log.calls() if not each.path.startswith("/invoke/")]


@pytest.mark.parametrize("name", WORKING_FUNCTIONS)
def test_a_body_that_is_not_understood_does_nothing(served: tuple[Cloud, FunctionsApp], name: str) -> None:
    for body in (*UNUSABLE_BODIES, *filter(None, [ALSO_UNKNOWN.get(name)])):
        answer, asked = call(served, name, body)
        assert "bad-request" in json.dumps(answer), body[:40]
        assert asked == [], body[:40]
    _, asked = call(served, name, b"-")
    assert asked, "the same function works when it is asked to"


@pytest.mark.parametrize("name", WORKING_FUNCTIONS)
def test_preflight_takes_nothing_of_the_platform_for_a_config_key(
    served: tuple[Cloud, FunctionsApp], name: str
) -> None:
    answer, _ = call(served, name, b'{"preflight": true}')
    rows = {row["name"]: row for row in answer["preflight"]["checks"]}
    assert rows["config keys"] == {"name": "config keys", "ok": True, "found": "all are known"}
