"""`oci-functions invoke`: one call of a deployed function."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

HELP = """Call a function once; print its answer, and say by the exit status how it went.

    0 success or warning, 1 error, 2 wrong arguments, or with --strict a warning, 3 nothing answered.
    """


def command() -> click.Command:
    """Return `invoke`."""
    from ops import invoke
    from ops.cli import declared

    example = "oci-functions invoke <function OCID> --auth config --body '{\"detail\": true}'"
    return declared.command("invoke", invoke.add_arguments, invoke.run, help=HELP, example=example)
