"""The numbered steps that bring the tables of an earlier version to those of this one, the same on both engines.

A migration makes the tables that are missing, does the steps after the warehouse's version, makes all views anew, and
writes the version last. So a new table needs no more than its entry in ``tables.ALL`` and a step that says so; a column
of a table that exists needs a step that adds it: rows go in by the names of their columns, whatever their order. A
warehouse of each version is kept as text in tests/golden.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.adw_billing.model.tables import DAILY, REPORT

if TYPE_CHECKING:
    from functions.adw_billing.model.columns import Column, Table


@dataclass(frozen=True, slots=True)
class Step:
    """What a version changed.

    ``adds`` are names of columns by their table; ``summarises`` says that DAILY is made anew: the days whose rows are
    there are summed up again, what it keeps of days whose rows `retention_days` has removed stays as it is.
    """

    version: int
    what: str
    adds: tuple[tuple[Table, tuple[str, ...]], ...] = ()
    summarises: bool = False

    @property
    def columns(self) -> list[tuple[Table, Column]]:
        """The columns that are added, each with its table."""
        return [(table, table.column(name)) for table, names in self.adds for name in names]


STEPS = (
    Step(2, "tables of dimensions and of measures, the views that answer questions"),
    Step(
        3,
        "the daily summary by tenancy, region, compartment and SKU of the lines; oci_cost_day, oci_sum_check",
        adds=((DAILY, ("subaccount_id", "subscription_id", "region", "compartment_id", "compartment_name", "sku")),),
        summarises=True,
    ),
    Step(4, "the hash of each report's unpacked bytes in the ledger", adds=((REPORT, ("content_sha256",)),)),
    Step(5, "views that look for the days with cost reports once, not for each row of the summary"),
)
"""In order, without a gap. 1 was: the reports, ledger and daily summary."""

SCHEMA_VERSION = STEPS[-1].version
"""Rises by one with each change of a table or a view, by a step of its own: a warehouse that has this version already
is left as it is by `migrate` of either engine, so an existing one would not get the change."""


def steps_after(version: int) -> tuple[Step, ...]:
    """Return the steps that a warehouse of a version needs."""
    return tuple(step for step in STEPS if step.version > version)
