"""The cluster page and the sheet of badges in a browser, as files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner

from ops.cli.main import root
from tests.support.shared_data import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.conftest import Opened

HOSTILE = '<script>document.title="broken"</script>\u202eאבג'


def write(kind: str, folder: Path) -> Path:
    """Write the page of a snapshot or of some cards."""
    out = folder / f"{kind}.html"
    if kind == "cluster":
        options = ["autoscaler", "page", "--snapshot", str(ROOT / "docs/examples/cluster-in-motion.json")]
    else:
        cards = {f"CC50E3CCBF{at:02X}": name for at, name in enumerate(("Joan Citizen", HOSTILE, "x" * 200))}
        (folder / "people.json").write_text(json.dumps(cards))
        options = ["badge", "page", "--cards", str(folder / "people.json")]
    done = CliRunner().invoke(root(), [*options, "--out", str(out)])
    assert done.exit_code == 0, done.output
    return out


@pytest.mark.parametrize("kind", ["cluster", "badges"])
def test_a_file_shuts_no_one_out_and_asks_nobody(open_page: Callable[..., Opened], tmp_path: Path, kind: str) -> None:
    opened = open_page(write(kind, tmp_path).as_uri(), viewport={"width": 360, "height": 780}, color_scheme="dark")
    assert opened.overflow_px() <= 0
    assert len([each for each in opened.asked if not each.startswith("data:")]) == 1
    violations = Axe().run(opened.page).response["violations"]
    found = [each for each in violations if each["impact"] in ("serious", "critical")]
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == []
    opened.screenshot(f"{kind}-phone")
