"""A report's place: the same in every copy of its bucket, packed or not."""

from __future__ import annotations

import pytest

from functions.adw_billing.model.report_place import place, spellings, split


@pytest.mark.parametrize(
    ("path", "bucket", "found"),
    [
        ("reports/cost-csv/1.csv.gz", "", "reports/cost-csv/1.csv"),
        ("reports/cost-csv/1.csv", "", "reports/cost-csv/1.csv"),
        ("/data/a/reports/usage-csv/1.csv.gz", "/data/a/", "reports/usage-csv/1.csv"),
        ("b/FOCUS Reports/2026/01/05/1-00001.csv.gz", "b/", "FOCUS Reports/2026/01/05/1-00001.csv"),
        ("reports/cost-csv/old/reports/cost-csv/1.csv", "reports/cost-csv/old/", "reports/cost-csv/1.csv"),
        ("a\n/reports/cost-csv/1.csv", "a\n/", "reports/cost-csv/1.csv"),
        # no folder of Oracle's: each stands for itself
        ("2026/reports/1.csv.gz", "2026/reports/1.csv.gz", "2026/reports/1.csv"),
        ("myreports/cost-csv/1.csv", "myreports/cost-csv/1.csv", "myreports/cost-csv/1.csv"),
        ("1.csv", "1.csv", "1.csv"),
    ],
)
def test_the_place_is_what_follows_the_bucket(path: str, bucket: str, found: str) -> None:
    assert place(path) == found
    assert split(path)[0] == bucket
    assert spellings(path) == (found, f"{found}.gz")
