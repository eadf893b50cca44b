"""The script `okectl`: the commands and flags of the published program of that name, on the commands of `oke`.

Old pipelines call it with `--flag=value` or `--flag value`; the flags of before are kept, what OKE no longer has is
told once on stderr and left out. Where no cluster or pool is named, the one in nodepool.json of --configDir is meant.
"""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ops.cli.lazy_group import Lazy
from ops.cli.main import Root
from ops.identities import AUTH_KINDS
from ops.oke.arguments import TIMEOUT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

CONFIG_DIR = ".okectl"
NO_FILE = 3
"""Exit status where neither a flag nor nodepool.json names the cluster, as the published program's."""

WAITS = click.Choice(["false", "any", "all"])
MAX_WORKER_SUBNETS = 3
TRUTHS = click.Choice(["true", "false"])
EXAMPLE = (
    "okectl createOkeCluster --clusterName=dev --vcnId=<VCN OCID> --compartmentId=<compartment OCID> "
    "--subnet1Id=<subnet OCID> --subnet2Id=<subnet OCID> --subnet3Id=<subnet OCID> --waitNodesActive=all"
)
LEFT_OUT = (
    "okectl: OKE has neither the Kubernetes dashboard nor Tiller to install any more: both are left out. "
    "`oci-functions oke` has all that can be chosen today."
)


def root() -> Root:
    """Return the whole command."""
    commands = {
        "createOkeCluster": Lazy("Make a cluster, a node pool and nodes, and configuration files.", create),
        "deleteOkeCluster": Lazy("Delete a cluster.", delete),
        "getOkeNodePool": Lazy("Print a node pool and its nodes, or serve Terraform.", get_node_pool),
        "createOkeKubeconfig": Lazy("Write the kubeconfig of a cluster.", create_kubeconfig),
    }
    help_text = "The published commands for OKE clusters, as aliases of `oci-functions oke`."
    made = Root("okectl", commands, help=help_text, example=EXAMPLE)
    # The published program took the flags of the whole before its command as well as after it.
    made.params.append(_option("configDir", default=None, help="folder of kubeconfig and nodepool.json"))
    made.callback = lambda **_: None  # the command looks them up
    return click.version_option(package_name="oci-functions-suite", message="%(version)s")(made)


def main() -> None:
    """Run the command line of this process."""
    root().main(prog_name="okectl")


def create() -> click.Command:
    """Return `createOkeCluster`."""
    required = [("vcnId", "the network"), ("compartmentId", "the compartment"), ("subnet1Id", "API server, balancers")]
    required += [("subnet2Id", "load balancers"), ("subnet3Id", "first subnet of nodes")]
    options = [_option(name, required=True, help=f"OCID of {text}") for name, text in required]
    options += [_option(f"subnet{each}Id", help="OCID of a further subnet of nodes") for each in (4, 5)]
    options += [
        _option("clusterName", default="dev-oke-001", help="name of cluster and node pool"),
        _option("kubeVersion", "kubernetesVersion", help="version (default: the newest that OKE offers)"),
        _option("nodeImageName", help="how the image's name begins (default: that of `oke cluster create`)"),
        _option("nodeShape", help="shape of the nodes (default: that of `oke cluster create`)"),
        _option("nodeSshKey", help="public key for the nodes"),
        _option("quantityWkrSubnets", type=click.IntRange(1, MAX_WORKER_SUBNETS), default=1, help="subnets of nodes"),
        _option("quantityPerSubnet", type=click.IntRange(0), default=1, help="nodes a subnet"),
        _option("waitNodesActive", type=WAITS, default="false", help="nodes to wait for"),
    ]
    return _command("createOkeCluster", options, _create, "Make a cluster, a node pool and nodes.")


def delete() -> click.Command:
    """Return `deleteOkeCluster`."""
    options = [_option("clusterId", help="OCID of the cluster (default: that of nodepool.json)")]
    return _command("deleteOkeCluster", options, _delete, "Delete a cluster, without asking.")


def get_node_pool() -> click.Command:
    """Return `getOkeNodePool`."""
    options = [
        _option("nodePoolId", help="OCID of the node pool (default: that of nodepool.json)"),
        _option("tfExternalDs", type=TRUTHS, default="false", help="print a flat map for Terraform"),
        _option("waitNodesActive", type=WAITS, default="false", help="nodes to wait for"),
    ]
    return _command("getOkeNodePool", options, _get, "Print a node pool and its nodes.")


def create_kubeconfig() -> click.Command:
    """Return `createOkeKubeconfig`."""
    options = [_option("clusterId", help="OCID of the cluster (default: that of nodepool.json)")]
    return _command("createOkeKubeconfig", options, _kubeconfig, "Write the kubeconfig of a cluster.")


def _create(values: dict[str, Any]) -> int:
    from ops.oke import create as module
    from ops.oke.wanted import IMAGE, SHAPE

    workers = [values[f"subnet{number}Id"] for number in (3, 4, 5)][: values["quantityWkrSubnets"]]
    missing = next((f"--subnet{number}Id" for number, each in enumerate(workers, 3) if not each), "")
    if missing:
        raise click.UsageError(f"--quantityWkrSubnets={values['quantityWkrSubnets']} needs {missing}")
    click.echo(LEFT_OUT, err=True)
    given = {
        "name": values["clusterName"],
        "compartment": values["compartmentId"],
        "vcn": values["vcnId"],
        "endpoint_subnet": values["subnet1Id"],
        "endpoint": "subnet",
        "lb_subnet": [values["subnet1Id"], values["subnet2Id"]],
        "worker_subnet": workers,
        "node_pool": "",
        "kubernetes_version": values["kubeVersion"],
        "type": "basic",
        "node_shape": values["nodeShape"] or SHAPE,
        "ocpus": None,
        "memory": None,
        "node_image": values["nodeImageName"] or IMAGE,
        "ssh_key": values["nodeSshKey"],
        "size": None,
        "nodes_per_subnet": values["quantityPerSubnet"],
        "wait_nodes_active": values["waitNodesActive"],
        "config_dir": Path(values["configDir"]),
    }
    return module.run(_options(values, **given))


def _delete(values: dict[str, Any]) -> int:
    from ops.oke import delete as module

    return module.run(_options(values, cluster=_named(values, "clusterId", "clusterId"), yes=True))


def _get(values: dict[str, Any]) -> int:
    from ops.oke import node_pool as module

    pool = _named(values, "nodePoolId", "id")
    external = values["tfExternalDs"] == "true"
    given = {"cluster": "", "node_pool": pool, "config_dir": "", "wait_nodes_active": values["waitNodesActive"]}
    options = _options(values, terraform_external=external, **given)
    file = Path(values["configDir"]) / module.NODE_POOL_FILE
    # Terraform writes the query's object to stdin; the published program never read it, and its flags say it all.
    return module.run_saved(options, file)


def _kubeconfig(values: dict[str, Any]) -> int:
    from ops.oke import kubeconfig_file as module

    cluster = _named(values, "clusterId", "clusterId")
    file = Path(values["configDir"]) / module.KUBECONFIG_FILE
    return module.run(_options(values, cluster=cluster, endpoint=None, file=file, tokens=module.TOKENS[0]))


def _options(values: dict[str, Any], **given: Any) -> Namespace:  # noqa: ANN401
    """Return what a command of `oke` is called with."""
    common = ("timeout", "auth", "profile", "config_file", "region", "endpoint_url", "ca_certificates")
    return Namespace(**{name: values[name] for name in common}, **given)


def _named(values: dict[str, Any], flag: str, key: str) -> str:
    """Return the OCID of a flag, else that in nodepool.json; ends with status 3 where there is none."""
    if values[flag]:
        return str(values[flag])
    file = Path(values["configDir"]) / "nodepool.json"
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return str(found[key])
    except (OSError, ValueError, KeyError, TypeError):
        click.echo(f"okectl: no --{flag} is given, and {file} names none", err=True)
        raise click.exceptions.Exit(NO_FILE) from None


def _option(*names: str, **settings: Any) -> click.Option:  # noqa: ANN401
    """Return an option of a published name; further names are other spellings of it."""
    settings.setdefault("default", "")
    if settings.get("required"):
        del settings["default"]
    return click.Option([f"--{name}" for name in names] + [names[0]], **settings)


def _command(
    name: str, options: list[click.Option], run: Callable[[dict[str, Any]], int], help_text: str
) -> click.Command:
    """Return a command; beside its own flags it has those that say who asks, as the commands of `oke` spell them."""
    common = [
        _option("configDir", default=None, help=f"folder of kubeconfig and nodepool.json (default: {CONFIG_DIR})"),
        click.Option(["--timeout"], type=float, default=TIMEOUT_SECONDS, show_default=True, help="seconds for it all"),
        click.Option(["--auth"], type=click.Choice(AUTH_KINDS), default="config", help="who asks"),
        *(
            click.Option([f"--{each}", each.replace("-", "_")], default="", help=text)
            for each, text in (
                ("profile", "profile of the configuration file"),
                ("config-file", "the configuration file"),
                ("region", "default: the identity's"),
                ("endpoint-url", "base URL of all services, for a local cloud"),
                ("ca-certificates", "authorities of one's own (PEM)"),
            )
        ),
    ]

    def callback(**values: Any) -> None:  # noqa: ANN401  (whatever was declared)
        context = click.get_current_context()
        outer = context.parent.params.get("configDir") if context.parent else None
        folder = values["configDir"] or outer or CONFIG_DIR
        context.exit(run({**values, "configDir": folder}))

    return click.Command(
        name, params=[*options, *common], callback=callback, help=help_text, epilog=f"\b\nExample:\n  {EXAMPLE}"
    )


if __name__ == "__main__":
    main()
