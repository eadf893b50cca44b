"""Paths in the compartment tree."""

from __future__ import annotations

from functions.adw_billing.model.compartment_paths import compartment_rows


def test_a_path_leads_from_the_tenancy_and_circles_and_unknown_roofs_have_none() -> None:
    parents = {"a": "t", "b": "a", "lost": "elsewhere", "x": "y", "y": "x", "self": "self", "none": None}
    found = [{"compartment_id": one, "name": one, "parent_id": parent} for one, parent in parents.items()]
    rows = compartment_rows("t", [*found, {"compartment_id": "t", "name": "again", "parent_id": None}])
    assert {row["compartment_id"]: row["path"] for row in rows} == {
        "t": "/",
        "a": "/a",
        "b": "/a/b",
        "lost": None,
        "x": None,
        "y": None,
        "self": None,
        "none": None,
    }
