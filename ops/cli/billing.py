"""`oci-functions billing`: the loader on this machine."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ops.cli.lazy_group import Lazy, LazyGroup
from shared.errors import FunctionError


def group() -> LazyGroup:
    """Return the group."""
    commands = {
        "sample": Lazy("Write a made-up quarter of reports to try the rest with.", sample),
        "load": Lazy("Load the .csv and .csv.gz files below a folder.", load),
        "report": Lazy("Print cost by service by day and reconciliation.", report),
        "page": Lazy("Write the cost page as one file.", page),
        "query": Lazy("Ask what the bill comes to, by any dimension or in SQL.", query),
        "export": Lazy("Write FOCUS 1.2 as Parquet, a file a month, proved against the ledger.", export),
        "adopt": Lazy("Take over what usage2adw has loaded into an Oracle database.", adopt),
        "preflight": Lazy("Try what adw-billing needs, and change nothing.", preflight),
    }
    return LazyGroup(
        "billing",
        commands,
        help="Load billing reports into a DuckDB file, and print what they come to.",
        example="oci-functions billing load --reports reports --warehouse out/billing.duckdb",
    )


def sample() -> click.Command:
    """Return `billing sample`."""
    return click.Command(
        "sample",
        params=[click.Option(["--out"], type=click.Path(path_type=Path), required=True, help="a new folder")],
        callback=_sample,
        help="Write a made-up quarter of cost and FOCUS reports, the same each time: August to October 2026 of a "
        "tenancy with a child, with tags, corrections, late rows and a price that rises. "
        "Exit status: 0, or 1 when the answer is an error.",
        epilog="\b\nExample:\n  oci-functions billing sample --out out/sample",
    )


def _sample(out: Path) -> None:
    try:
        from emulator.reports.catalogue import TENANCY
        from ops.billing_sample import write
    except ModuleNotFoundError as fault:
        if not (fault.name or "").startswith("emulator"):
            raise
        raise click.ClickException("the sample needs the checkout: run `make` there, which installs it") from None
    try:
        count = write(out)
    except FunctionError as fault:
        click.echo(json.dumps(fault.to_body(), ensure_ascii=False))
        click.get_current_context().exit(1)
    click.echo(f"{count} reports of tenancy {TENANCY} written below {out}")


def load() -> click.Command:
    """Return `billing load`."""
    from functions.adw_billing import command_line
    from ops.cli.declared import command

    return command(
        "load",
        command_line.add_load_arguments,
        command_line.load,
        help="Load the .csv and .csv.gz files below a folder; print the names, or with --detail an object. "
        "Exit status: 0, or 1 when the answer is an error, no report was found, or none of them could be loaded.",
        example="oci-functions billing load --reports reports --warehouse out/billing.duckdb --detail",
    )


def page() -> click.Command:
    """Return `billing page`."""
    from functions.adw_billing.costs_page import command as page_command
    from ops.cli.declared import command

    return command(
        "page",
        page_command.add_page_arguments,
        page_command.page,
        help="Write the cost page of a warehouse as one file that opens from disk: the newest months and all together, "
        "by service, compartment, tenancy, region, SKU, product and resource, and why it moved. "
        "Exit status: 0, or 1 when the answer is an error.",
        example="oci-functions billing page --warehouse out/billing.duckdb --out out/costs.html",
    )


def report() -> click.Command:
    """Return `billing report`."""
    from functions.adw_billing import command_line
    from ops.cli.declared import command

    return command(
        "report",
        command_line.add_report_arguments,
        command_line.report,
        run_json=command_line.report_json,
        help="Print totals, cost by service by day or month, and reconciliation, and write a page with a chart. "
        "Exit status: 0, or 1 when the answer is an error.",
        example="oci-functions billing report --warehouse out/billing.duckdb",
    )


def query() -> click.Command:
    """Return `billing query`."""
    from functions.adw_billing import command_line, query_command
    from ops.cli.declared import command

    return command(
        "query",
        query_command.add_query_arguments,
        command_line.query,
        help="Ask what the bill comes to: by dimensions, against other months, by a ready question or in SQL that can "
        "only read. Sums are exact; each usage counts once, whatever reports it is in. "
        "Exit status: 0, or 1 when the answer is an error.",
        example="oci-functions billing query --warehouse out/billing.duckdb --by service,tag:Team --month 2026-10 "
        "--against previous",
    )


def export() -> click.Command:
    """Return `billing export`."""
    from functions.adw_billing import command_line, export_command
    from ops.cli.declared import command

    return command(
        "export",
        export_command.add_export_arguments,
        command_line.export,
        help="Write FOCUS 1.2 as Parquet, a file a month, which Spark, Athena and DuckDB read. Each file's rows "
        "and sums are proved against the ledger and the daily summary before it is there. "
        "Exit status: 0, or 1 when the answer is an error.",
        example="oci-functions billing export --warehouse out/billing.duckdb --out out/focus --months 2026-08..2026-10",
    )


def adopt() -> click.Command:
    """Return `billing adopt`."""
    from functions.adw_billing import adopt_command, command_line
    from ops.cli.declared import command

    return command(
        "adopt",
        adopt_command.add_adopt_arguments,
        command_line.adopt,
        help="Take over OCI_COST and OCI_USAGE of usage2adw, file by file, each proved against the sums of its lines. "
        "Config keys (db_dsn, db_user, …) are read from the environment. In the loader's own schema the two tables are "
        "renamed first: stop usage2adw before. Exit status: 0, or 1 when the answer is an error.",
        example="db_dsn=adw_low db_user=USAGE db_pass=… oci-functions billing adopt "
        "--tenant acme=ocid1.tenancy.oc1..aaaa",
    )


def preflight() -> click.Command:
    """Return `billing preflight`."""
    from functions.adw_billing.preflight import preflight as run
    from functions.adw_billing.settings import Settings
    from ops.cli import function_preflight

    keys = "oci_config_profile=DEFAULT usage_report_bucket=<tenancy OCID> warehouse=duckdb:out/billing.duckdb"
    example = f"{keys} oci-functions billing preflight"
    return function_preflight.command("adw-billing", Settings, run, example=example)
