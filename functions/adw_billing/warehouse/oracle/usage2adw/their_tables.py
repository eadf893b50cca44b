"""The tables of usage2adw, and how a line of theirs becomes one of ours.

Source: github.com/oracle-samples/usage-reports-to-adw, usage2adw.py (versions 24.10.01 and 25.07.01): CREATE TABLE of
OCI_COST and OCI_USAGE, and what load_cost_file and load_usage_file write into their columns. FILE_ID is the object's
file name without `.csv.gz`, TENANT_ID the last six letters of the line's tenancy, TAGS_DATA `#key=value#key=value#`
with `#` and `=` taken out of keys and values, and cut at whole pairs. Reference numbers are not kept.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from functions.adw_billing.model.tables import COST, USAGE
from functions.adw_billing.warehouse.oracle.names import Statement
from shared.errors import BadRequest

if TYPE_CHECKING:
    from functions.adw_billing.model.columns import Table

ETAG = "usage2adw"
"""In place of the etag, which usage2adw does not keep: the object's first load replaces the lines."""
TABLES = {"cost": COST.name, "usage": USAGE.name}
"""What usage2adw calls its tables, as it happens the names of ours."""
TAKEN_OVER = {"cost": "usage2adw_cost", "usage": "usage2adw_usage"}
"""What they are called once ours have their names."""
FOLDERS = {"cost": "reports/cost-csv/", "usage": "reports/usage-csv/"}
LOAD_STATUS = "oci_load_status"
_SCHEMA = re.compile(r"[A-Za-z][A-Za-z0-9_$#]{0,127}")

_BOTH = {
    "lineItem_intervalUsageStart": "CAST(s.USAGE_INTERVAL_START AS TIMESTAMP(6))",
    "lineItem_intervalUsageEnd": "CAST(s.USAGE_INTERVAL_END AS TIMESTAMP(6))",
    "lineItem_tenantId": "CASE WHEN s.TENANT_ID = SUBSTR(:tenancy_id, -6) THEN :tenancy_id END",
    "product_service": "s.PRD_SERVICE",
    "product_compartmentId": "s.PRD_COMPARTMENT_ID",
    "product_compartmentName": "s.PRD_COMPARTMENT_NAME",
    "product_region": "s.PRD_REGION",
    "product_availabilityDomain": "s.PRD_AVAILABILITY_DOMAIN",
    "product_resourceId": "s.USG_RESOURCE_ID",
    "usage_billedQuantity": "TO_CHAR(s.USG_BILLED_QUANTITY)",
    "lineItem_isCorrection": "s.IS_CORRECTION",
}
COLUMNS = {
    "cost": {
        **_BOTH,
        "usage_billedQuantityOverage": "TO_CHAR(s.USG_BILLED_QUANTITY_OVERAGE)",
        "cost_subscriptionId": "TO_CHAR(s.COST_SUBSCRIPTION_ID)",
        "cost_productSku": "s.COST_PRODUCT_SKU",
        "product_Description": "s.PRD_DESCRIPTION",
        "cost_unitPrice": "TO_CHAR(s.COST_UNIT_PRICE)",
        "cost_unitPriceOverage": "TO_CHAR(s.COST_UNIT_PRICE_OVERAGE)",
        "cost_myCost": "TO_CHAR(s.COST_MY_COST)",
        "cost_myCostOverage": "TO_CHAR(s.COST_MY_COST_OVERAGE)",
        "cost_currencyCode": "s.COST_CURRENCY_CODE",
        "cost_skuUnitDescription": "s.COST_BILLING_UNIT",
        "cost_overageFlag": "s.COST_OVERAGE_FLAG",
    },
    "usage": {
        **_BOTH,
        "product_resource": "s.PRD_RESOURCE",
        "usage_consumedQuantity": "TO_CHAR(s.USG_CONSUMED_QUANTITY)",
        "usage_consumedQuantityUnits": "s.USG_CONSUMED_UNITS",
        "usage_consumedQuantityMeasure": "s.USG_CONSUMED_MEASURE",
    },
}
"""Our columns, by dialect, as expressions over a line of theirs."""
SUMMED = {"cost": "SUM(s.COST_MY_COST)", "usage": "0"}


def _json_text(expression: str) -> str:
    """Return a text as it stands between the quotes of a JSON string."""
    escaped = f"REPLACE(REPLACE({expression}, '\\', '\\\\'), '\"', '\\\"')"
    for code, letter in ((9, "t"), (10, "n"), (13, "r")):
        escaped = f"REPLACE({escaped}, CHR({code}), '\\{letter}')"
    return f"REGEXP_REPLACE({escaped}, '[[:cntrl:]]', ' ')"


_ESCAPED = _json_text("TRIM('#' FROM s.TAGS_DATA)")
_PAIRS = f"REPLACE(REPLACE({_ESCAPED}, '=', '\":\"'), '#', '\",\"')"
TAGS = f"CASE WHEN INSTR(s.TAGS_DATA, '=') > 0 THEN '{{\"' || {_PAIRS} || '\"}}' ELSE '{{}}' END"
OTHER = (
    '\'{"PRD_COMPARTMENT_PATH":"\' || '
    + _json_text("s.PRD_COMPARTMENT_PATH")
    + ' || \'","TENANT_ID":"\' || '
    + _json_text("s.TENANT_ID")
    + " || '\"}'"
)


def schema_prefix(schema: str) -> str:
    """Return `SCHEMA.`; empty for one's own. Raises BadRequest for what is no name."""
    if schema and _SCHEMA.fullmatch(schema) is None:
        raise BadRequest(f"{schema[:40]!r} is no name of a schema", fix="name the user of usage2adw", field="schema")
    return f"{schema}." if schema else ""


def fill_statement(dialect: str, source: str, stage: Table) -> Statement:
    """Return the INSERT of a file's lines into a private table of rows; ``source`` is what their table is called."""
    values = {
        "object_row": "ROW_NUMBER() OVER (ORDER BY s.USAGE_INTERVAL_START)",
        **COLUMNS[dialect],
        "tags": TAGS,
        "other_columns": OTHER,
        "staged_after": "0",
    }
    selected = ", ".join(values.get(name, "NULL") for name in stage.names)
    return Statement(
        lambda name: (
            f"INSERT INTO {name(stage)} ({', '.join(stage.names)}) SELECT {selected} FROM {source} s "
            "WHERE s.TENANT_NAME = :tenant_name AND s.FILE_ID = :file_id"
        )
    )


def files(dialect: str, source: str) -> str:
    """Return the query for their files: tenant, file, lines, cost and quantity."""
    return (
        f"SELECT s.TENANT_NAME, s.FILE_ID, COUNT(*), {SUMMED[dialect]}, SUM(s.USG_BILLED_QUANTITY) FROM {source} s "
        "GROUP BY s.TENANT_NAME, s.FILE_ID ORDER BY s.TENANT_NAME, s.FILE_ID"
    )
