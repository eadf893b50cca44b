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
        "page": Lazy("Write the badges of a registry's cards as one page.", page),
    }
    return LazyGroup(
        "badge", commands, help="Draw badges without any cloud, and say who has which card.", example=EXAMPLE
    )


def cards() -> click.Command:
    """Return `badge cards`."""
    from ops.cli import cards

    return cards.group()


def page() -> click.Command:
    """Return `badge page`."""
    from functions.codecard_avatar.badges_page import sheet_command
    from ops.cli.declared import command

    return command(
        "page",
        sheet_command.add_sheet_arguments,
        sheet_command.write_sheet,
        help="Write the badges of a registry's cards as one file, to look at and to print; it fetches nothing. "
        "Exit status: 0, or 2 when the cards or the file cannot be used.",
        example="oci-functions badge page --cards people.json --out out/badges.html",
    )


def render() -> click.Command:
    """Return `badge render`."""
    from functions.codecard_avatar import command_line
    from ops.cli.declared import command

    help_text = (
        "Draw one badge into files: PNG as the panel shows it, BMP as the card fetches it. Exit status: 0, or 2."
    )
    return command("render", command_line.add_arguments, command_line.render, help=help_text, example=EXAMPLE)
