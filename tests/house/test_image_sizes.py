"""The figures of the images' page belong to the packages that are installed today."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

from tools import image_sizes
from tools.image_sizes import Package
from tools.suite import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def test_the_figures_were_measured_from_the_packages_that_the_bases_install() -> None:
    part = image_sizes.marked(image_sizes.DOCUMENT.read_text(encoding="utf-8"))
    assert part[2] == image_sizes.fingerprint(), "run `make image-sizes`"


def test_another_version_or_another_rule_of_what_is_left_out_makes_the_figures_stale(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "deploy" / "image", tmp_path / "deploy" / "image")
    assert image_sizes.fingerprint(tmp_path) == image_sizes.fingerprint()
    for name in image_sizes.MEASURED_FROM:
        before = image_sizes.fingerprint(tmp_path)
        with (tmp_path / "deploy" / "image" / name).open("a") as file:
            file.write("# another\n")
        assert image_sizes.fingerprint(tmp_path) != before


def test_the_page_holds_the_targets_of_the_lean_base() -> None:
    part = image_sizes.marked(image_sizes.DOCUMENT.read_text(encoding="utf-8"))
    raw, compressed = re.findall(r"all of `lean` \| \| ([\d.]+) \| ([\d.]+)", part[4])[0]
    assert float(raw) <= 60
    assert float(compressed) <= 20


def test_a_table_has_the_sums_of_both_bases_and_the_large_packages() -> None:
    found = [Package("a", "lean", 2_000_000, 500_000), Package("b", "data", 30_000_000, 9_000_000)]
    found.append(Package("d", "pages", 300_000, 100_000))
    assert image_sizes.table([*found, Package("c", "lean", 400_000, 100_000)]).splitlines()[2:] == [
        "| all of `lean` | | 2.4 | 0.6 |",
        "| all of `pages`, which has those of `lean` too | | 2.7 | 0.7 |",
        "| all of `data`, which has those of `pages` too | | 32.7 | 9.7 |",
        "| b | data | 30.0 | 9.0 |",
        "| a | lean | 2.0 | 0.5 |",
    ]
