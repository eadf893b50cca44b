"""The pages of the local cloud as a browser finds them once their data is there, made by the functions themselves."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import requests

from emulator.cloud import Cloud, CloudOptions
from emulator.example_data import fill
from emulator.example_functions import configure
from emulator.functions_app import FunctionsApp
from emulator.reports.billing_history import BillingHistory
from emulator.serve_pages import PAGES, PagesData, explain_pages

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


class AfterMaking(threading.Event):
    """Asked to wait for the next tick, it says that all is made, and ends the making."""

    def wait(self, timeout: float | None = None) -> bool:
        return True


def test_each_page_opens_on_data_by_its_printed_address(
    tmp_path: Path, keys_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    functions = FunctionsApp(lambda _: {}, login=True)
    with Cloud(tmp_path, functions=functions, options=CloudOptions(keys_folder=keys_folder)) as cloud:
        data = PagesData(cloud, functions.host, AfterMaking(), quarter=BillingHistory(days=1), course=(6, 20))
        data.go_back()
        configure(cloud, functions.host, fill(cloud), billing_days=0)
        data.prepare()
        data.run()
        said = capsys.readouterr().err.splitlines()
        assert "not complete" not in str(said)
        assert said[-1].endswith("a tick a minute")
        addresses = [line.split()[-1] for line in explain_pages(cloud).splitlines()[1:]]
        assert len(addresses) == len(PAGES)
        browser = requests.Session()
        costs, cluster, badges = (browser.get(address, timeout=60) for address in addresses)
        assert {each.status_code for each in (costs, cluster, badges)} == {200}
        assert "OBJECTSTORE" in costs.text
        assert "scale-up" in cluster.text
        assert "ReplicaSet default/report" in cluster.text  # it waits, and why stands beside it
        assert "needs 90 GiB memory" in cluster.text
        assert "Registered cards" in badges.text
        cards = browser.get(f"{addresses[2]}/cards", timeout=60)
        assert (cards.status_code, "Ada Lovelace" in cards.text) == (200, True)
