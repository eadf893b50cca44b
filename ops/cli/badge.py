"""`oci-functions badge`: the drawing without any cloud, and who has which card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.cli.lazy_group import Lazy, LazyGroup

if TYPE_CHECKING:
    import click

EXAMPLE = 'oci-functions badge render --name "Joan Citizen" --png badge.png'


def group() -> LazyGroup:
    """Return the group."""
    commands = {
        "render": Lazy("Draw one badge into files.", render),
        "cards": Lazy("Say who has which card.", cards),
    }
    return LazyGroup(
        "badge", commands, help="Draw badges without any cloud, and say who has which card.", example=EXAMPLE
    )


def cards() -> click.Command:
    """Return `badge cards`."""
    from ops.cli import cards

    return cards.group()


def render() -> click.Command:
    """Return `badge render`."""
    from functions.codecard_avatar import command_line
    from ops.cli.declared import command

    help_text = (
        "Draw one badge into files: PNG as the panel shows it, BMP as the card fetches it. Exit status: 0, or 2."
    )
    return command("render", command_line.add_arguments, command_line.render, help=help_text, example=EXAMPLE)
