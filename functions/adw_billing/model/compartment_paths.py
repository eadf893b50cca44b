"""Paths in the compartment tree: `/prod/shop` for the compartment shop below prod below the tenancy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from functions.adw_billing.model.dimension_merge import Row

ROOT_NAME = "root"
MAX_DEPTH = 50
"""Identity allows six levels; what is deeper is a circle."""


def compartment_rows(tenancy_id: str, found: Sequence[Row]) -> list[Row]:
    """Return rows of `oci_compartment` without times, the root's first.

    A compartment below one that is not listed has no path: half of one would be found under the wrong roof.
    """
    by_id = {str(row["compartment_id"]): row for row in found}
    root: Row = {
        "compartment_id": tenancy_id,
        "name": ROOT_NAME,
        "path": "/",
        "parent_id": None,
        "tenancy_id": tenancy_id,
        "lifecycle": "ACTIVE",
    }
    rows = [
        {**row, "path": _path(id_, by_id, tenancy_id), "tenancy_id": tenancy_id}
        for id_, row in by_id.items()
        if id_ != tenancy_id
    ]
    return [root, *rows]


def _path(compartment_id: str, by_id: Mapping[str, Row], tenancy_id: str) -> str | None:
    names: list[str] = []
    current = compartment_id
    while current != tenancy_id:
        row = by_id.get(current)
        if row is None or len(names) >= MAX_DEPTH:
            return None
        names.append(str(row["name"]))
        current = str(row["parent_id"])
    return "/" + "/".join(reversed(names))
