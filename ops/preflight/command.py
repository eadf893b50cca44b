"""Say whether a tenancy is ready, and if not, what is missing: `oci-functions preflight`, `python -m shared.preflight`.

Reads only, but for the calls of adw-billing, codecard-avatar and oke-autoscaler with `{"preflight": true}`, which try
what they need with their own identity and change nothing either. Exit status: 0 all is well, 1 something is not.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ops.identities import AUTH_KINDS, Identity
from ops.invoke import CA_HELP, trust_authorities
from ops.preflight.checks import Preflight, Where, guarded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ops.preflight.row import Row

DESCRIPTION = "Say whether a tenancy is ready, and if not, what is missing; reads only."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all checks, print each row as it is known and return the exit status; argparse, as in ``ops.invoke``."""
    parser = argparse.ArgumentParser(prog="python -m shared.preflight", description=DESCRIPTION)
    add_arguments(parser)
    rows: list[Row] = []
    for row in checked(parser.parse_args(arguments)):
        rows.append(row)
        sys.stdout.write(text(row))
        sys.stdout.flush()
    sys.stdout.write(summary(rows))
    return exit_status(rows)


def checked(options: argparse.Namespace) -> Iterator[Row]:
    """Yield the row of each check as it is made; the last is of the identity when that cannot be used."""
    where = Where(options.compartment, options.app, options.region, options.endpoint.rstrip("/"))
    identity = Identity(options.auth, config_file=options.config_file, profile=options.profile)

    def rows() -> Iterator[Row]:
        trust_authorities(options.ca_certificates)
        return Preflight(where, identity).rows()

    yield from guarded(rows)


def exit_status(rows: Iterable[Row]) -> int:
    """Return 1 when a row failed, else 0; a warning and an unknown outcome are no failure."""
    return 1 if any(row.outcome == "FAILED" for row in rows) else 0


def text(row: Row) -> str:
    """Return one row as a line; a second line says what to do."""
    line = f"{row.outcome:7} {row.area:15} {row.check:24} {row.detail}".rstrip() + "\n"
    return line if row.outcome == "ok" or not row.fix else f"{line}{'':8}-> {row.fix}\n"


def summary(rows: Iterable[Row]) -> str:
    """Return the last line: how many rows have each outcome."""
    outcomes = [row.outcome for row in rows]
    counts = {"ok": outcomes.count("ok"), "failed": outcomes.count("FAILED"), "unknown": outcomes.count("unknown")}
    counts["warnings"] = outcomes.count("warning")
    return ", ".join(f"{count} {name}" for name, count in counts.items()) + "\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `preflight`."""
    parser.add_argument("--compartment", required=True, help="OCID of the compartment that holds the app")
    parser.add_argument("--app", default="oci-functions", help="name of the app (default: %(default)s)")
    parser.add_argument("--auth", choices=AUTH_KINDS, default="config", help="who asks (default: %(default)s)")
    parser.add_argument("--profile", default="", help="profile of the configuration file (default: DEFAULT)")
    parser.add_argument("--config-file", default="", help="the configuration file (default: ~/.oci/config)")
    parser.add_argument("--region", default="", help="region of the app (default: the identity's)")
    parser.add_argument("--endpoint", default="", help="base URL of all services, for a local cloud")
    parser.add_argument("--ca-certificates", default="", metavar="FILE", help=CA_HELP)
