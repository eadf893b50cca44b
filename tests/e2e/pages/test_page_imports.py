"""What a page is made of is loaded by a call that answers one, and by no other call of the same function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from emulator.cloud import Cloud, CloudOptions
from emulator.example_data import CARD_ID, fill
from emulator.example_functions import configure
from emulator.fn_server.host import HostOptions
from emulator.functions_app import FunctionsApp

if TYPE_CHECKING:
    from pathlib import Path

    from emulator.fn_server.host import FunctionHost

CALLS = {"adw-billing": "/billing", "oke-autoscaler": "/autoscaler", "codecard-avatar": "/codecard/badges"}
CARD = {"X-CODECARD-ID": CARD_ID, "X-CODECARD-BUTTON-LABEL": "a", "X-CODECARD-BUTTON-FUNCTION": "1"}


def loaded(host: FunctionHost) -> set[str]:
    """The parts of a page among the modules that Python says it has imported (PYTHONPROFILEIMPORTTIME, on stderr)."""
    names = {line.text.rpartition("|")[2].strip() for line in host.logs if line.text.startswith("import time:")}
    assert len(names) > 100
    return {name for name in names if name.startswith(("jinja2", "markupsafe", "shared.pages"))}


def test_a_call_without_a_page_imports_no_part_of_one(tmp_path: Path, keys_folder: Path) -> None:
    environment = {"PYTHONPROFILEIMPORTTIME": "1"}
    functions = FunctionsApp(lambda _: environment, options=HostOptions(limit_memory=False))
    with Cloud(tmp_path, functions=functions, options=CloudOptions(keys_folder=keys_folder)) as cloud:
        configure(cloud, functions.host, fill(cloud), billing_days=1)
        bearer = {"Authorization": f"Bearer {cloud.identity.mint_access_token()}"}
        for name, route in CALLS.items():
            functions.host.logs.clear()
            plain = (
                f"{cloud.gateway}/codecard/avatar" if name == "codecard-avatar" else f"{cloud.gateway}/invoke/{name}"
            )
            answer = requests.post(plain, headers=CARD, timeout=100)
            assert answer.status_code == 200
            assert "error" not in answer.text
            assert loaded(functions.host) == set(), name
            assert requests.get(cloud.gateway + route, headers=bearer, timeout=100).status_code == 200
            assert {"jinja2", "shared.pages.web_page"} <= loaded(functions.host)
