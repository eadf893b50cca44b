"""`oci-functions oke`: an OKE cluster made, asked, reached and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.cli.lazy_group import Lazy, LazyGroup

if TYPE_CHECKING:
    import click

CLUSTER = "ocid1.cluster.oc1.iad.aaaa"
CREATE = (
    "oci-functions oke cluster create --name prod --compartment <compartment OCID> --vcn <VCN OCID> "
    "--endpoint-subnet <subnet OCID> --worker-subnet <subnet OCID> --size 3"
)


def group() -> LazyGroup:
    """Return the group."""
    commands = {
        "cluster": Lazy("Make a cluster with its nodes, or delete it.", _cluster),
        "node-pool": Lazy("Ask for a node pool and its nodes.", _node_pool),
        "kubeconfig": Lazy("Write a cluster's address and token command into a kubeconfig.", kubeconfig),
        "token": Lazy("Print a token for a cluster, as kubectl asks for one.", token),
    }
    help_text = "A cluster of Oracle's Kubernetes Engine from nothing to its nodes, and back."
    return LazyGroup("oke", commands, help=help_text, example=CREATE)


def _cluster() -> LazyGroup:
    commands = {
        "create": Lazy("Make control plane, node pool and nodes; go on with what is there.", create),
        "delete": Lazy("Delete node pools and control plane; tell what remains.", delete),
    }
    return LazyGroup("cluster", commands, help="Make a cluster with its nodes, or delete it.", example=CREATE)


def _node_pool() -> LazyGroup:
    commands = {"get": Lazy("Print a node pool; wait for its nodes; serve Terraform.", get_node_pool)}
    example = f"oci-functions oke node-pool get --cluster {CLUSTER} --node-pool prod"
    return LazyGroup("node-pool", commands, help="Ask for a node pool and its nodes.", example=example)


def create() -> click.Command:
    """Return `oke cluster create`."""
    from ops.cli.declared import command
    from ops.oke import create as module
    from ops.oke.wanted import add_arguments

    return command(
        "create",
        add_arguments,
        module.run,
        help="Make a cluster, its node pool and nodes, wait for them, and write kubeconfig and nodepool.json. What is "
        "there under the name is taken up, so a run that was interrupted is finished by the next. Prints the node pool "
        "as JSON; steps go to stderr. Exit status: 0, or 1 when the answer is an error.",
        example=CREATE,
    )


def delete() -> click.Command:
    """Return `oke cluster delete`."""
    from ops.cli.declared import command
    from ops.oke import delete as module

    return command(
        "delete",
        module.add_arguments,
        module.run,
        help="Delete a cluster: its node pools first, without draining, then the control plane. Prints as JSON what is "
        "gone and what remains: load balancers and volumes. Asks for the cluster's name, or needs --yes. "
        "Exit status: 0, or 1 when the answer is an error.",
        example=f"oci-functions oke cluster delete --cluster {CLUSTER}",
    )


def get_node_pool() -> click.Command:
    """Return `oke node-pool get`."""
    from ops.cli.declared import command
    from ops.oke import node_pool as module

    return command(
        "get",
        module.add_arguments,
        module.run,
        help="Print a node pool as JSON. With --terraform-external it is a program for Terraform's external data "
        "source: a query in, a flat map of texts out, an error as text on stderr. "
        "Exit status: 0, or 1 for an error.",
        example=f"oci-functions oke node-pool get --cluster {CLUSTER} --node-pool prod --wait-nodes-active all",
    )


def kubeconfig() -> click.Command:
    """Return `oke kubeconfig`."""
    from ops.cli.declared import command
    from ops.oke import kubeconfig_file as module

    return command(
        "kubeconfig",
        module.add_arguments,
        module.run,
        help="Write a cluster into a kubeconfig, beside what is in it, and make it the current one. Its tokens are "
        "made by this command, which needs no oci, or by oci. Exit status: 0, or 1 when the answer is an error.",
        example=f"oci-functions oke kubeconfig --cluster {CLUSTER} --file kubeconfig",
    )


def token() -> click.Command:
    """Return `oke token`."""
    from ops.cli.declared import command
    from ops.oke import token as module

    return command(
        "token",
        module.add_arguments,
        module.run,
        help="Print an ExecCredential: a request to OKE that the caller's key has signed, good for some minutes. "
        "Nothing is sent. Exit status: 0, or 1 with the reason on stderr.",
        example=f"oci-functions oke token --cluster {CLUSTER}",
    )
