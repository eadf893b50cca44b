"""`oci-functions autoscaler`: what a tick would do, and what it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.cli.lazy_group import Lazy, LazyGroup

if TYPE_CHECKING:
    import click


LIVE_KEYS = (
    "oci_config_profile=DEFAULT cluster_id=<cluster OCID> node_pool_id=<node pool OCID> node_pool_min_size=1 "
    "node_pool_max_size=5"
)


def group() -> LazyGroup:
    """Return the group."""
    commands = {
        "explain": Lazy("Print what a tick would do on a snapshot, and why.", explain),
        "history": Lazy("Print what ticks have changed, why, for whom, and what it costs.", history),
        "metrics": Lazy("Print the metrics of the last ticks in Prometheus' text format.", metrics),
        "nodes": Lazy("Print the nodes with their use, cost and verdict.", nodes),
        "page": Lazy("Write the cluster page as one file.", page),
        "preflight": Lazy("Try what oke-autoscaler needs, and change nothing.", preflight),
    }
    return LazyGroup(
        "autoscaler",
        commands,
        help="Ask what a tick of oke-autoscaler would do, and try what it needs.",
        example="oci-functions autoscaler explain --snapshot docs/examples/decision.json --text",
    )


def explain() -> click.Command:
    """Return `autoscaler explain`."""
    from functions.oke_autoscaler.explain import command as explain_command
    from ops.cli.declared import command

    return command(
        "explain",
        explain_command.add_arguments,
        explain_command.run,
        help="Print what a tick would do on a snapshot, or on a real cluster, and why; nothing is changed. "
        "Exit status: 0, or 2 when the snapshot cannot be decided on.",
        example="oci-functions autoscaler explain --snapshot docs/examples/decision.json --text",
    )


def history() -> click.Command:
    """Return `autoscaler history`."""
    from functions.oke_autoscaler.explain import history as history_command
    from ops.cli.declared import command

    return command(
        "history",
        history_command.add_arguments,
        history_command.run,
        run_json=history_command.run_json,
        help="Print the changes that ticks remember in the cluster: when, what, for which pods, the cost a month that "
        "each adds, and why. Config keys as environment variables, as for `explain --live`. Exit status: 0, or 2 when "
        "they cannot be read.",
        example=f"{LIVE_KEYS} oci-functions autoscaler history --last 20",
    )


def page() -> click.Command:
    """Return `autoscaler page`."""
    from functions.oke_autoscaler.cluster_page import command as page_command
    from ops.cli.declared import command

    return command(
        "page",
        page_command.add_arguments,
        page_command.run,
        help="Write the page with pools, nodes, waiting pods and what has changed as one file, of a snapshot or of a "
        "real cluster; nothing is changed. Config keys as environment variables, as for `explain --live`. "
        "Exit status: 0, or 2 when the answer is an error.",
        example="oci-functions autoscaler page --snapshot docs/examples/cluster-in-motion.json --out out/cluster.html",
    )


def metrics() -> click.Command:
    """Return `autoscaler metrics`."""
    from functions.oke_autoscaler.explain import metrics as metrics_command
    from ops.cli.declared import command

    return command(
        "metrics",
        metrics_command.add_arguments,
        metrics_command.run,
        help="Print the metrics that the last ticks left in the cluster, for Prometheus. Config keys as environment "
        "variables, as for `explain --live`. Exit status: 0, or 2 when they cannot be read.",
        example=f"{LIVE_KEYS} oci-functions autoscaler metrics",
    )


def nodes() -> click.Command:
    """Return `autoscaler nodes`."""
    from functions.oke_autoscaler.explain import nodes as nodes_command
    from ops.cli.declared import command

    return command(
        "nodes",
        nodes_command.add_arguments,
        nodes_command.run,
        run_json=nodes_command.run_json,
        help="Print the nodes of a live cluster, or of a snapshot: pool, age, requests in percent, pods, cost a month, "
        "and whether each goes or why it stays. Exit status: 0, or 2 when they cannot be read.",
        example=f"{LIVE_KEYS} oci-functions autoscaler nodes --watch 10",
    )


def preflight() -> click.Command:
    """Return `autoscaler preflight`."""
    from functions.oke_autoscaler.preflight import run
    from functions.oke_autoscaler.settings import Settings
    from ops.cli import function_preflight

    pool = "node_pool_id=<node pool OCID> node_pool_min_size=1 node_pool_max_size=5"
    example = f"oci_config_profile=DEFAULT cluster_id=<cluster OCID> {pool} oci-functions autoscaler preflight"
    return function_preflight.command("oke-autoscaler", Settings, run, example=example)
