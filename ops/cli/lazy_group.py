"""A group of commands each of which is made when it is asked for, so that `--help` and completion load none of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Lazy:
    """A command that is not made yet: the line that `--help` of its group shows, and what makes it."""

    help: str
    make: Callable[[], click.Command]


class LazyGroup(click.Group):
    """A group of ``Lazy`` commands, shown in the order of the mapping."""

    def __init__(self, name: str, lazy: Mapping[str, Lazy], *, help: str, example: str) -> None:  # noqa: A002  (click's)
        super().__init__(name, help=help, epilog=f"\b\nExample:\n  {example}", no_args_is_help=True)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """Return the names of all commands."""
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Make a command; None for a name that is not in the group."""
        return self._lazy[cmd_name].make() if cmd_name in self._lazy else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of the arguments; NoSuchCommand names the nearest, which click finds in a list of names."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as fault:
            raise click.NoSuchCommand(fault.command_name, possibilities=list(self._lazy), ctx=ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands; click would make each to ask for its line."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.help) for name, lazy in self._lazy.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands and options that begin so; click would make each command to ask for its line."""
        begun = [
            CompletionItem(name, help=lazy.help) for name, lazy in self._lazy.items() if name.startswith(incomplete)
        ]
        return begun + click.Command.shell_complete(self, ctx, incomplete)
