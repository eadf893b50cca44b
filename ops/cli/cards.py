"""`oci-functions badge cards`: who has which card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.cli.lazy_group import Lazy, LazyGroup

if TYPE_CHECKING:
    import click

EXAMPLE = "oci-functions badge cards list --bucket codecard-private"
STATUS = "Exit status: 0, or 1 when nothing was changed."


def group() -> LazyGroup:
    """Return the group."""
    commands = {
        "list": Lazy("Print the cards of a registry.", list_),
        "add": Lazy("Save a card, or one button of it.", add),
        "remove": Lazy("Remove a card, or one button of it.", remove),
        "import": Lazy("Save all people of a CSV file, or none.", import_),
        "export": Lazy("Print a registry as JSON or CSV.", export),
        "claim": Lazy("Give the card with a claim code a name.", claim),
    }
    return LazyGroup("cards", commands, help="Say who has which card, without APEX.", example=EXAMPLE)


def list_() -> click.Command:
    """Return `badge cards list`."""
    from ops.cards import command as cards
    from ops.cli.declared import command

    text = f"Print a line a card: id, button, name and what else the badge shows. {STATUS}"
    return command(
        "list", cards.add_list_arguments, cards.list_cards, run_json=cards.list_json, help=text, example=EXAMPLE
    )


def add() -> click.Command:
    """Return `badge cards add`."""
    from ops.cards import command as cards
    from ops.cli.declared import command

    text = f"Save a card, or with --button what one button of it shows. What others change at once is kept. {STATUS}"
    example = 'oci-functions badge cards add CC50E3CCBFFF --name "Joan Citizen" --bucket codecard-private'
    return command("add", cards.add_add_arguments, cards.add, help=text, example=example)


def remove() -> click.Command:
    """Return `badge cards remove`."""
    from ops.cards import command as cards
    from ops.cli.declared import command

    text = f"Remove a card with all its buttons, or with --button what that one shows. {STATUS}"
    example = "oci-functions badge cards remove CC50E3CCBFFF --button a/2 --bucket codecard-private"
    return command("remove", cards.add_remove_arguments, cards.remove, help=text, example=example)


def import_() -> click.Command:
    """Return `badge cards import`."""
    from ops.cards import command as cards
    from ops.cli.declared import command

    text = (
        "Save all people of a CSV file (card,name,role,company,pronouns,event,detail,qr,photo,layout,button; comma, "
        f"semicolon or tab), or none when one row is wrong: each fault has its line and column. {STATUS}"
    )
    example = "oci-functions badge cards import people.csv --dry-run --bucket codecard-private"
    return command("import", cards.add_import_arguments, cards.import_people, help=text, example=example)


def export() -> click.Command:
    """Return `badge cards export`."""
    from ops.cards import command as cards
    from ops.cli.declared import command

    text = f"Print a registry, a folder too, as one JSON object, or as a table that `import` reads. {STATUS}"
    example = "oci-functions badge cards export --csv --out people.csv --bucket codecard-private"
    return command("export", cards.add_export_arguments, cards.export, help=text, example=example)


def claim() -> click.Command:
    """Return `badge cards claim`."""
    from ops.cards import command as cards
    from ops.cli.declared import command

    text = f"Give the card whose screen shows the code a name, unless it has one already. {STATUS}"
    example = 'oci-functions badge cards claim SH8E-7K5Z-ZYDK --name "Joan Citizen" --bucket codecard-private'
    return command("claim", cards.add_claim_arguments, cards.claim, help=text, example=example)
