"""`oci-functions preflight`: what a tenancy lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    import click

HELP = """Say whether a tenancy is ready, and if not, what is missing.

    Reads only; adw-billing, codecard-avatar and oke-autoscaler are called with {"preflight": true}, which changes
    nothing either. Exit status: 0 all is well, 1 something is not.
    """


def command() -> click.Command:
    """Return `preflight`."""
    from ops.cli import declared, rows
    from ops.preflight import command as preflight

    def table(options: argparse.Namespace) -> int:
        return rows.show(preflight.checked(options), as_json=False)

    def document(options: argparse.Namespace) -> int:
        return rows.show(preflight.checked(options), as_json=True)

    example = "oci-functions preflight --compartment <compartment OCID>"
    return declared.command("preflight", preflight.add_arguments, table, run_json=document, help=HELP, example=example)
