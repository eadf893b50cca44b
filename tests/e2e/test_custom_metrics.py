"""The metrics that docs/operations.md lists are those that the deployed functions post, and no others."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import requests

from emulator.cloud import CloudOptions
from tools.local_stack import local_stack
from tools.suite import ROOT

if TYPE_CHECKING:
    from pathlib import Path

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
    with local_stack(tmp_path, CloudOptions(keys_folder=keys_folder)) as stack:
        for name in stack.functions:
            requests.post(f"{stack.cloud.gateway}/invoke/{name}", headers=CARD, timeout=320).raise_for_status()
        posted: dict[str, set[str]] = defaultdict(set)
        for each in stack.ingestion.posted:
            posted[each.dimensions["function"]].add(each.name)
            assert each.value >= 0
    assert posted == {name: table["all"] | table[name] for name in stack.functions}
    assert stack.ingestion.values("pending_pods") > [0]
