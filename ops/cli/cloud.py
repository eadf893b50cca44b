"""`oci-functions cloud`: the local cloud of a checkout, alone, with a scenario, or with everything deployed on it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from ops.cli.lazy_group import Lazy, LazyGroup

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

PORT_TAKEN = 2
"""Exit status when a port is taken, as for any argument that cannot be used."""


def group() -> LazyGroup:
    """Return the group."""
    commands = {
        "serve": Lazy("Run everything and print how to call it, until Ctrl-C.", serve),
        "cluster": Lazy("Run a scenario of the autoscaler on simulated time.", cluster),
        "press": Lazy("Press a card's button at any address, as its firmware does.", press),
        "deploy": Lazy("Deploy everything to the local cloud and check it, until Ctrl-C.", deploy),
    }
    return LazyGroup(
        "cloud",
        commands,
        help="Run the local cloud. It reads func-common.yaml and deploy/, so it needs the checkout.",
        example="oci-functions cloud serve --port 0 --functions-port 0",
    )


def serve() -> click.Command:
    """Return `cloud serve`."""
    from ops.cli.declared import command

    with _checkout():
        from emulator import serve_command as module

    return command(
        "serve",
        module.add_serve_arguments,
        _on_free_ports(module.run_serve),
        help="Run every service and function on this machine and print how to call each, until Ctrl-C.",
        example="oci-functions cloud serve --port 0 --functions-port 0",
    )


def cluster() -> click.Command:
    """Return `cloud cluster`."""
    from ops.cli.declared import command

    with _checkout():
        from emulator.closed_loop import cluster_command as module

    return command(
        "cluster",
        module.add_cluster_arguments,
        module.run_cluster,
        run_json=module.run_cluster_json,
        help="Run a scenario of the autoscaler on simulated time; print its timeline, draw it, keep each answer. "
        "Exit status: 0, 1 when it does not end as the scenario says, 2 when the file is faulty.",
        example="oci-functions cloud cluster --scenario burst --out out",
    )


def press() -> click.Command:
    """Return `cloud press`."""
    from ops.cli.declared import command

    with _checkout():
        from emulator import press_command as module

    return command(
        "press",
        module.add_press_arguments,
        module.run_press,
        help="Press a Code Card's button at any address, here or on OCI, with each firmware's own TLS, checks and "
        "searches; print its serial line and what its panel shows. Exit status: 0 when every panel has a picture.",
        example="oci-functions cloud press https://HOST/codecard/avatar --card CC50E3CCBFFF --firmware S,LF --out out",
    )


def deploy() -> click.Command:
    """Return `cloud deploy`."""
    from ops.cli.declared import command

    with _checkout():
        from tools import deploy_local as module

    return command(
        "deploy",
        module.add_arguments,
        _on_free_ports(module.run),
        help="Deploy the files of deploy/ to the local cloud, print how to use it and run the preflight, until Ctrl-C.",
        example="oci-functions cloud deploy --once",
    )


@contextmanager
def _checkout() -> Iterator[None]:
    """Say so when the installed package is a wheel, which has no local cloud in it."""
    try:
        yield
    except ModuleNotFoundError as fault:
        if (fault.name or "").partition(".")[0] not in {"emulator", "tools"}:
            raise
        raise click.ClickException("the local cloud needs the checkout: run `make` there, which installs it") from None


def _on_free_ports(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """Return a command that says in one line which port is taken."""
    from emulator.base.listening import PortNotFree

    def guarded(options: argparse.Namespace) -> int:
        try:
            return run(options)
        except PortNotFree as fault:
            click.echo(str(fault), err=True)
            return PORT_TAKEN

    return guarded
