"""Commands of click from arguments that are declared to argparse.

What runs in an image, where click is not installed, reads its arguments with argparse: `python -m shared.invoke` and
each function's ``__main__``. Such a command declares its arguments in one function, ``add_arguments(parser)``, and does
its work in another, ``run(options)``; this module makes both a command of `oci-functions`: an option is written once.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Run = Callable[[argparse.Namespace], int]

FILE_METAVAR = "FILE"
"""Placeholder of an option that names a file and stays a text, because `-` or `duckdb:` has a meaning of its own."""


class Declarations(argparse.ArgumentParser):
    """A parser that is only written into: ``actions`` are what was declared, in order."""

    def __init__(self) -> None:
        super().__init__(add_help=False)
        self.actions: list[argparse.Action] = []

    def add_argument(self, *names: Any, **options: Any) -> argparse.Action:  # noqa: ANN401  (argparse's own signature)
        """Declare an argument and keep its action."""
        action = super().add_argument(*names, **options)
        self.actions.append(action)
        return action


def command(
    name: str,
    add_arguments: Callable[[argparse.ArgumentParser], None],
    run: Run,
    *,
    help: str,  # noqa: A002  (click's word)
    example: str,
    run_json: Run | None = None,
) -> click.Command:
    """Return a command whose exit status is that of ``run``; with ``--json``, where there is one, of ``run_json``.

    argparse.ArgumentError of either is a usage error, for rules that no single argument can state.
    """
    declarations = Declarations()
    add_arguments(declarations)
    parameters = [parameter(action) for action in declarations.actions]
    if run_json:
        parameters.append(json_option())

    def callback(**values: Any) -> None:  # noqa: ANN401  (whatever was declared)
        chosen = run_json if run_json and values.pop("as_json") else run
        try:
            status = chosen(argparse.Namespace(**values))
        except argparse.ArgumentError as fault:
            raise click.UsageError(str(fault)) from None
        click.get_current_context().exit(status)

    return click.Command(name, params=parameters, callback=callback, help=help, epilog=f"\b\nExample:\n  {example}")


def json_option() -> click.Option:
    """Return the option of a command that prints a table: one JSON document in its place."""
    return click.Option(["--json", "as_json"], is_flag=True, help="print one JSON document instead of the table")


def parameter(action: argparse.Action) -> click.Parameter:
    """Return what click reads for an action of argparse; ``%(default)s`` in its help is filled in."""
    text = (action.help or "") % vars(action)
    if not action.option_strings:
        return click.Argument([action.dest], type=_type(action), metavar=action.metavar, help=text)
    names = [*action.option_strings, action.dest]
    if action.nargs == 0:  # store_true
        return click.Option(names, is_flag=True, help=text)
    # An action without a default has None. Given to click, that None counts as a value: a required option that is left
    # out would not be an error.
    default = {} if action.default is None else {"default": action.default}
    metavar = action.metavar if isinstance(action.metavar, str) else None
    several = isinstance(action, argparse._AppendAction)  # noqa: SLF001  (argparse has no other name for it)
    return click.Option(
        names, type=_type(action), required=action.required, metavar=metavar, help=text, multiple=several, **default
    )


def _type(action: argparse.Action) -> click.ParamType[Any, Any]:
    """Return the type that reads as argparse's does, and that a shell can complete."""
    if action.choices is not None:
        return click.Choice(list(action.choices))
    if action.type is Path:
        return click.Path(path_type=Path)
    if action.metavar == FILE_METAVAR:
        return click.Path()
    if action.type is int:
        return click.INT
    return click.FLOAT if action.type is float else click.STRING
