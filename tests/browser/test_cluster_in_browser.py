"""The cluster page in a browser: served, with what if by keyboard; as a file, without a dead control at any width."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from playwright.sync_api import expect

from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import FunctionsApp
from ops.cli.main import root
from tests.support.autoscaler import config
from tests.unit.functions.oke_autoscaler.cluster_page.busy_cluster import busy_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import Opened

NAME = "oke-autoscaler"
HOSTILE = "<script>document.title='broken'</script>\u202eאב" + "x" * 5000


def serious(page: Page) -> list[tuple[str, str]]:
    found = Axe().run(page).response["violations"]
    return [(each["id"], each["nodes"][0]["html"][:200]) for each in found if each["impact"] in ("serious", "critical")]


def test_what_if_is_asked_by_keyboard_and_goes_back(
    open_page: Callable[..., Opened], tmp_path: Path, keys_folder: Path
) -> None:
    functions = FunctionsApp(lambda cloud: cloud.identity.mint_resource_principal())
    with Cloud(tmp_path / "cloud", functions=functions, options=CloudOptions(keys_folder=keys_folder)) as cloud:
        pool = cloud.cluster.add_pool("prod-pool1", size=1)
        cloud.cluster.add_replicas("web", 12, pool=pool, cpu="900m")
        functions.host.configure(NAME, config(cloud, pool, node_pool_max_size=1))
        requests.post(f"{cloud.gateway}/invoke/{NAME}", timeout=60)
        bearer = {"Authorization": f"Bearer {cloud.identity.mint_access_token()}"}
        opened = open_page(f"{cloud.gateway}/autoscaler", extra_http_headers=bearer, ignore_https_errors=True)
        page = opened.page
        expect(page.locator(".concerns li").first).to_contain_text("8 pods wait because prod-pool1 is at its limit")
        page.get_by_text("What if: another maximum").press("Enter")
        page.get_by_label("Maximum of prod-pool1").fill("3")
        page.get_by_label("Maximum of prod-pool1").press("Enter")
        expect(page.locator("section[aria-label='What if']")).to_contain_text("What if: prod-pool1.max_size=3.")
        assert page.url.endswith("/autoscaler?max.prod-pool1=3")
        expect(page.get_by_role("row", name="Nodes after the next tick")).to_contain_text("+2")
        opened.screenshot("cluster-what-if")
        page.go_back()
        expect(page.locator("section[aria-label='What if']")).to_have_count(0)
        page.get_by_role("link", name="what if its maximum were 9?").first.press("Enter")
        expect(page.get_by_role("row", name="Pods without a place")).to_contain_text("-8")
        assert serious(page) == []


def test_a_file_of_a_busy_cluster_has_no_dead_control_and_breaks_at_no_width(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    (tmp_path / "busy.json").write_bytes(busy_bytes(HOSTILE))
    out = tmp_path / "cluster.html"
    options = ["autoscaler", "page", "--snapshot", str(tmp_path / "busy.json"), "--out", str(out)]
    assert CliRunner().invoke(root(), options).exit_code == 0
    phone = open_page(out.as_uri(), viewport={"width": 360, "height": 780}, color_scheme="dark")
    assert phone.page.title() == "Cluster: 9 pods wait, 10 nodes"
    assert phone.overflow_px() <= 0
    assert phone.page.locator("form, a[href^='?']").count() == 0
    assert serious(phone.page) == []
    wide = open_page(out.as_uri(), viewport={"width": 1280, "height": 900})
    assert wide.overflow_px() <= 0
    wider = "found => found.filter(each => each.scrollWidth > each.clientWidth).map(each => each.ariaLabel)"
    assert wide.page.locator(".scroll").evaluate_all(wider) == [], "no table is cut off at a desk"
    wide.screenshot("cluster")
