"""The console script `oci-functions`: its groups and commands, and how it ends.

Results go to stdout, messages to stderr. Exit status: that of the command, 2 for wrong arguments, 130 after Ctrl-C, 141
when the reader of stdout is gone (what a shell says of a process that SIGINT or SIGPIPE ended).
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from ops.cli.lazy_group import Lazy, LazyGroup

if TYPE_CHECKING:
    from collections.abc import Iterator

INTERRUPTED = 128 + signal.SIGINT
READER_GONE = 128 + signal.SIGPIPE


class Root(LazyGroup):
    """The command itself: no traceback for Ctrl-C or a closed pipe, no colour where NO_COLOR is set."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options before the first command."""
        if os.environ.get("NO_COLOR"):  # https://no-color.org; without it click colours a terminal only
            ctx.color = False
        with _quiet_end():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  (click's signature)
        """Run the command."""
        with _quiet_end():
            return super().invoke(ctx)


@contextmanager
def _quiet_end() -> Iterator[None]:
    """End with a status instead of a traceback.

    Stdout is flushed in here: a command that prints less than a buffer would otherwise meet the closed pipe when the
    interpreter ends, where Python reports it and exits with 120.
    """
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # What is still in the buffer would be written once more at the end; it goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(READER_GONE) from None
    except KeyboardInterrupt:
        click.echo(err=True)  # after the terminal's ^C
        raise click.exceptions.Exit(INTERRUPTED) from None


def _billing() -> click.Command:
    from ops.cli import billing

    return billing.group()


def _autoscaler() -> click.Command:
    from ops.cli import autoscaler

    return autoscaler.group()


def _badge() -> click.Command:
    from ops.cli import badge

    return badge.group()


def _context() -> click.Command:
    from ops.cli import context

    return context.command()


def _invoke() -> click.Command:
    from ops.cli import invoke

    return invoke.command()


def _preflight() -> click.Command:
    from ops.cli import preflight

    return preflight.command()


def _cloud() -> click.Command:
    from ops.cli import cloud

    return cloud.group()


def _oke() -> click.Command:
    from ops.cli import oke

    return oke.group()


COMMANDS = {
    "billing": Lazy("Load billing reports into a file; print the costs.", _billing),
    "autoscaler": Lazy("Ask what a tick would do; try what it needs.", _autoscaler),
    "oke": Lazy("Make, ask, reach and delete an OKE cluster.", _oke),
    "badge": Lazy("Draw badges; say who has which card.", _badge),
    "context": Lazy("Print what request-context answers.", _context),
    "invoke": Lazy("Call a deployed function once.", _invoke),
    "preflight": Lazy("Say what a tenancy lacks.", _preflight),
    "cloud": Lazy("Run the local cloud.", _cloud),
}


def root() -> Root:
    """Return the whole command."""
    made = Root(
        "oci-functions",
        COMMANDS,
        help="Commands of the Oracle Functions suite. Every command has --help, with an example.",
        example="oci-functions preflight --compartment <compartment OCID>",
    )
    made.context_settings = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
    return click.version_option(package_name="oci-functions-suite", message="%(version)s")(made)


def main() -> None:
    """Run the command line of this process."""
    root().main(prog_name="oci-functions")


if __name__ == "__main__":
    main()
