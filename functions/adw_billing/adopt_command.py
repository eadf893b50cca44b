"""`oci-functions billing adopt`: takes over what usage2adw has loaded; config keys are read from the environment."""

from __future__ import annotations

import json
import os
import uuid
from typing import TYPE_CHECKING

from shared.deadline import Deadline
from shared.errors import BadRequest

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

SECONDS = 86_400
"""How long it may take: a day. What was adopted until then stays, and the next run goes on."""


def add_adopt_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `adopt`."""
    help_tenant = "the OCID of a TENANT_NAME of usage2adw; repeat it for each"
    parser.add_argument("--tenant", action="append", default=[], required=True, metavar="NAME=OCID", help=help_tenant)
    help_schema = "user of usage2adw, where it is another one; default: the loader's own, whose tables are renamed"
    parser.add_argument("--schema", default="", metavar="USER", help=help_schema)


def run_adopt(options: argparse.Namespace) -> str:
    """Adopt; return the answer. Raises BadRequest, MissingInputData and the errors of the warehouse."""
    from functions.adw_billing.open_warehouse import open_oracle
    from functions.adw_billing.settings import Settings
    from functions.adw_billing.warehouse.oracle.usage2adw.adoption import Adoption
    from shared.settings import ENVIRONMENT_FIX, load_settings

    tenancies = tenancies_of(options.tenant)
    # the reports' bucket is not asked: whose the lines are is said by --tenant
    environment = {"usage_report_bucket": next(iter(tenancies.values())), **os.environ}
    settings = load_settings(Settings, environment, fix=ENVIRONMENT_FIX)
    if settings.duckdb_path:
        raise BadRequest("usage2adw loads into Oracle; a DuckDB file has nothing of it", field="warehouse")
    warehouse = open_oracle(settings, Deadline.after(SECONDS), uuid.uuid4().hex)
    try:
        found = Adoption(warehouse, tenancies, options.schema).run()
    finally:
        warehouse.close()
    return json.dumps(found.detail(), ensure_ascii=False) + "\n"


def tenancies_of(texts: Iterable[str]) -> dict[str, str]:
    """Return the OCID of each name. BadRequest for what is no `NAME=OCID`."""
    from shared.ocids import check_ocid

    found = {}
    for text in texts:
        name, _, ocid = text.rpartition("=")
        try:
            found[name] = check_ocid("tenancy", ocid)
        except ValueError as fault:
            raise BadRequest(f"--tenant {text[:80]!r}: {fault}", fix="write NAME=OCID", field="tenant") from None
    return found
