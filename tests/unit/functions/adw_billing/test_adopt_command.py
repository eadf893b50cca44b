"""`billing adopt` as far as it goes without a database: what it refuses."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from functions.adw_billing.adopt_command import tenancies_of
from functions.adw_billing.warehouse.oracle.usage2adw.their_tables import schema_prefix
from ops.cli.main import root
from shared.errors import BadRequest

OCID = "ocid1.tenancy.oc1..aaaa"


def test_names_may_hold_an_equals_sign() -> None:
    assert tenancies_of([f"a=b={OCID}", f"c={OCID}"]) == {"a=b": OCID, "c": OCID}


@pytest.mark.parametrize("text", ["acme", "acme=", "acme=ocid1.user.oc1..aaaa", OCID])
def test_what_is_no_tenancy_is_refused(text: str) -> None:
    if text == OCID:
        assert tenancies_of([text]) == {"": OCID}, "a tenant without a name is in no table, and is refused there"
        return
    with pytest.raises(BadRequest) as refused:
        tenancies_of([text])
    assert refused.value.fields["field"] == "tenant"


@pytest.mark.parametrize("schema", ["a.b", "a b", "1a", "a;drop", 'a"'])
def test_what_is_no_schema_is_refused(schema: str) -> None:
    with pytest.raises(BadRequest):
        schema_prefix(schema)
    assert (schema_prefix(""), schema_prefix("USAGE")) == ("", "USAGE.")


def test_a_duckdb_file_has_nothing_to_adopt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("warehouse", "duckdb:out/billing.duckdb")
    done = CliRunner().invoke(root(), ["billing", "adopt", "--tenant", f"acme={OCID}"])
    assert (done.exit_code, json.loads(done.stdout)["error"]["field"]) == (1, "warehouse")
