"""The page's filters over the lines of the bill: every dimension, bound and never spliced."""

from __future__ import annotations

import pytest

from functions.adw_billing.costs_page.findings.line_filters import line_condition
from functions.adw_billing.query.dimensions import DIMENSIONS
from functions.adw_billing.query.engine_words import DUCKDB, OracleWords
from shared.errors import BadRequest

HOSTILE = "x' OR 1=1 --"


@pytest.mark.parametrize("words", [DUCKDB, OracleWords("OWNER.")])
@pytest.mark.parametrize("name", [*DIMENSIONS, "tag:Team"])
def test_every_dimension_is_a_column_of_lines(name: str, words: OracleWords) -> None:
    values: dict[str, str] = {}
    sql = line_condition([f"{name}={HOSTILE}", f"{name}!=b"], words, values)
    assert HOSTILE not in sql
    assert {HOSTILE.lower(), "b"} <= set(values.values())


def test_two_tags_are_two_binds() -> None:
    values: dict[str, str] = {}
    line_condition(["tag:A=1", "tag:B=2"], DUCKDB, values)
    assert {"/A", "/B", "1", "2"} == set(values.values())


def test_a_path_is_no_plain_name() -> None:
    path, name = (line_condition([f"compartment={each}"], DUCKDB, {}) for each in ("/prod/*", "web"))
    assert ("compartment_name" in path, "compartment_name" in name) == (False, True)


@pytest.mark.parametrize("text", ["colour=red", "service"])
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        line_condition([text], DUCKDB, {})
