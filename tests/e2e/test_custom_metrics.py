"""The metrics that docs/operations.md lists are those that the deployed functions post, and no others."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import requests

from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import Functions
from emulator.services.control_plane import ControlPlaneService
from emulator.services.functions import FunctionsService
from emulator.services.telemetry_ingestion import TelemetryIngestionService
from tools.local_stack import deploy
from tools.suite import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from emulator.service import Service

CARD = {"X-CODECARD-ID": "CC50E3CCBFFF", "X-CODECARD-BUTTON-LABEL": "a", "X-CODECARD-BUTTON-FUNCTION": "1"}


def documented() -> dict[str, set[str]]:
    """The table of section Metrics: function (or `all`) to the names of its metrics."""
    section = (ROOT / "docs" / "operations.md").read_text().split("\n## Metrics\n")[1].split("\n## ")[0]
    table: dict[str, set[str]] = defaultdict(set)
    for names, function in re.findall(r"^\| (`[^|]+) \| ([\w-]+) \|", section, re.MULTILINE):
        table[function].update(re.findall(r"`(\w+)`", names))
    return table


def test_each_function_posts_what_the_table_says(tmp_path: Path, keys_folder: Path) -> None:
    table = documented()
    assert len(table) > 3
    functions = Functions(lambda _: {})
    ingestion, plane = TelemetryIngestionService(), ControlPlaneService()
    service = FunctionsService(lambda: functions.host)
    services: list[Service] = [service, plane, ingestion]
    options = CloudOptions(keys_folder=keys_folder)
    with Cloud(tmp_path, services=services, functions=functions, options=options) as cloud:
        deployed = deploy(cloud, functions.host, service, plane)
        for name in deployed.functions:
            requests.post(f"{cloud.gateway}/invoke/{name}", headers=CARD, timeout=320).raise_for_status()
        posted: dict[str, set[str]] = defaultdict(set)
        for each in ingestion.posted:
            posted[each.dimensions["function"]].add(each.name)
            assert each.value >= 0
    assert posted == {name: table["all"] | table[name] for name in deployed.functions}
    assert ingestion.values("pending_pods") > [0]
