"""How the rows of a preflight are shown: a table that colours what failed on a terminal, or one JSON document."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from ops.preflight.command import exit_status, summary, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ops.preflight.row import Row

COLOURS = {"ok": "green", "warning": "yellow", "FAILED": "red", "unknown": "yellow"}


def show(rows: Iterable[Row], *, as_json: bool) -> int:
    """Print the rows, a table's as each is known; return their exit status."""
    shown: list[Row] = []
    for row in rows:
        shown.append(row)
        if not as_json:
            click.echo(
                click.style(row.outcome, fg=COLOURS[row.outcome]) + text(row).removeprefix(row.outcome), nl=False
            )
    if as_json:
        click.echo(json.dumps({"ok": exit_status(shown) == 0, "rows": [asdict(row) for row in shown]}, indent=2))
    else:
        click.echo(summary(shown), nl=False)
    return exit_status(shown)
