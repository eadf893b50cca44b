"""The cost page under the real fdk command: behind the gateway's token, in parts, and never a load."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import requests

from tests.e2e.test_billing_function import Running, running

if TYPE_CHECKING:
    from requests import Response

__all__ = ["running"]


def get(running: Running, path: str, *, token: bool = True) -> Response:
    headers = {"Authorization": f"Bearer {running.cloud.identity.mint_access_token()}"} if token else {}
    return requests.get(running.cloud.gateway + path, headers=headers, timeout=60)


def test_the_page_its_parts_its_data_and_its_csv(running: Running) -> None:
    running.call()
    before = running.query("SELECT count(*) FROM oci_report")
    assert get(running, "/billing", token=False).status_code == 401
    page = get(running, "/billing")
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    parts = re.findall(r'(?:src|href)="(/billing/static/[^"]+)"', page.text)
    assert len(parts) == 3
    for part in parts:
        found = get(running, part)
        assert (found.status_code, "immutable" in found.headers["Cache-Control"]) == (200, True)
    running.cloud.log.clear()
    data = get(running, "/billing/data?by=region").json()
    assert data["charts"][0]["series"]
    assert get(running, "/billing/csv").text.startswith("day,service,currency,cost,lines\n")
    assert not [call for call in running.cloud.log.calls() if "/o" in call.path], "a page reads no bucket"
    assert running.query("SELECT count(*) FROM oci_report") == before


def test_what_is_wrong_is_said_as_a_page_and_as_data(running: Running) -> None:
    running.call()
    page = get(running, "/billing?by=colour")
    assert (page.status_code, page.headers["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert "is no dimension" in page.text
    assert get(running, "/billing/data?by=colour").json()["error"]["field"] == "by"
    assert get(running, "/billing/static/costs-0123456789abcdef.js").status_code == 404


def test_before_the_first_load_the_page_says_so(running: Running) -> None:
    running.call(object_filter="none-has-this-name")
    page = get(running, "/billing")
    assert (page.status_code, "has no cost yet" in page.text) == (200, True)


def test_a_wrong_config_is_said_as_a_page_too(running: Running) -> None:
    error = running.call(warehouse="sqlite:/tmp/x")["error"]
    page = get(running, "/billing")
    assert (page.status_code, page.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert "warehouse" in page.text
    data = get(running, "/billing/data")
    assert (data.status_code, data.json()["error"]) == (503, error)
