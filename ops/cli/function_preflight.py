"""A function's own preflight on this machine, with its config keys from the environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ops.cli.declared import json_option
from ops.cli.rows import show
from ops.preflight.checks import own_rows
from shared.deadline import Deadline
from shared.errors import FunctionError
from shared.settings import ENVIRONMENT_FIX, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

S = TypeVar("S")

PREFLIGHT_SECONDS = 120.0

HELP = """Try what {function} needs, as the body {{"preflight": true}} does there, and change nothing.

    Config keys are read from the environment; oci_config_profile names the profile of this machine that asks. Exit
    status: 0 all is well, 1 something is not.
    """


def command(
    function: str,
    settings_class: type[S],
    run: Callable[[S, Deadline, Mapping[str, str]], dict[str, Any]],
    *,
    example: str,
) -> click.Command:
    """Return the command `preflight` of a function, which prints the rows of the function's answer."""

    def callback(*, as_json: bool) -> None:
        try:
            answer = run(
                load_settings(settings_class, os.environ, fix=ENVIRONMENT_FIX),
                Deadline.after(PREFLIGHT_SECONDS),
                os.environ,
            )
        except FunctionError as error:
            answer = error.to_body()
        click.get_current_context().exit(show(own_rows(function, answer), as_json=as_json))

    text = HELP.format(function=function)
    epilog = f"\b\nExample:\n  {example}"
    return click.Command("preflight", params=[json_option()], callback=callback, help=text, epilog=epilog)
