"""What a schema of Oracle calls the tables of the model, and back."""

from __future__ import annotations

import pytest

from functions.adw_billing.model.tables import ALL, COST, FOCUS_VIEW
from functions.adw_billing.warehouse.oracle.migration.schema import INDEXES
from functions.adw_billing.warehouse.oracle.names import DEFAULT_NAMES, Names
from functions.adw_billing.warehouse.oracle.views import create_statements

ACME = Names("acme_")


def test_without_a_prefix_a_table_has_the_name_of_the_model() -> None:
    assert [DEFAULT_NAMES(table) for table in ALL] == [table.name for table in ALL]


def test_a_prefix_stands_before_every_name() -> None:
    assert (ACME(COST), ACME(FOCUS_VIEW)) == ("acme_oci_cost", "acme_oci_focus_view")
    assert (ACME.index(COST, "day"), ACME.primary_key(COST)) == ("acme_oci_cost_day", "acme_oci_cost_pk")
    assert (ACME.in_catalogue(COST), ACME.pattern) == ("ACME_OCI_COST", "ACME_OCI%")


def test_the_catalogues_names_lead_back_and_those_of_others_nowhere() -> None:
    assert [ACME.logical(ACME.in_catalogue(table)) for table in ALL] == [table.name for table in ALL]
    assert ACME.logical("OCI_COST") is None


@pytest.mark.parametrize("name", [*INDEXES, *create_statements()])
def test_the_statement_of_an_index_or_a_view_makes_it_under_its_name(name: str) -> None:
    statement = {**INDEXES, **create_statements()}[name]
    text = statement.text(ACME)
    assert text.startswith((f"CREATE INDEX {ACME(name)} ON acme_oci_", f"CREATE OR REPLACE VIEW {ACME(name)} AS"))
    assert statement.text(DEFAULT_NAMES) == text.replace("acme_", "")
