"""`oke kubeconfig`: a cluster's address, authority and token command in a kubeconfig, beside what is in it already."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ops.oke import private_files
from ops.oke.arguments import add_common, engine_of, ocid
from ops.oke.engine import found_or
from ops.oke.kubeconfig import merged, of_cluster
from ops.oke.output import ended
from ops.oke.pace import Pace
from ops.oke.progress import Progress
from shared.errors import BadRequest

if TYPE_CHECKING:
    import argparse

    from ops.oke.engine import Engine
    from ops.oke.values import ClusterView

KUBECONFIG_FILE = "kubeconfig"
"""Its name in a folder of configuration."""

Tokens = Literal["oci-functions", "oci"]
TOKENS: tuple[Tokens, ...] = ("oci-functions", "oci")
ENDPOINTS = ("public", "private")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `kubeconfig`."""
    parser.add_argument("--cluster", required=True, help="OCID of the cluster")
    parser.add_argument(
        "--endpoint", choices=ENDPOINTS, help="of the API server's addresses (default: the public one, if there is one)"
    )
    parser.add_argument(
        "--file", type=Path, default=Path("~/.kube/config"), help="kubeconfig to write into (default: %(default)s)"
    )
    parser.add_argument(
        "--tokens", choices=TOKENS, default=TOKENS[0], help="command that makes the tokens (default: %(default)s)"
    )
    add_common(parser, timeout=120)


def run(options: argparse.Namespace, pace: Pace | None = None) -> int:
    """Write the kubeconfig, print what is current in it and return the exit status."""
    pace = pace or Pace()
    progress = Progress(pace.now)

    def work() -> dict[str, str]:
        cluster_id = ocid("cluster", options.cluster, "--cluster")
        engine = engine_of(options, pace)
        cluster = found_or(lambda: engine.cluster(cluster_id), "--cluster", f"cluster {cluster_id}")
        return save(engine, cluster, options.endpoint or "", options.file.expanduser(), tokens=options.tokens)

    return ended(progress, work)


def save(
    engine: Engine,
    cluster: ClusterView,
    endpoint: str,
    file: Path,
    *,
    merge: bool = True,
    tokens: Tokens = "oci-functions",
) -> dict[str, str]:
    """Write the cluster's kubeconfig, into what the file holds with ``merge``; return file, context and server."""
    import yaml

    chosen = endpoint or ("public" if cluster.public_endpoint else "private")
    if not getattr(cluster, f"{chosen}_endpoint"):
        raise BadRequest(f"the cluster has no {chosen} endpoint", field="--endpoint", fix="choose the other one")
    old = _read(file) if merge else None
    command = token_command(engine, cluster.id) if tokens == "oci-functions" else None
    new = of_cluster(yaml.safe_load(engine.kubeconfig(cluster.id, chosen)), command)
    document = merged(old, new, str(file))
    private_files.write(file, yaml.safe_dump(document, sort_keys=False), "--file")
    return {
        "file": str(file),
        "context": str(document["current-context"]),
        "server": str(new["clusters"][0]["cluster"]["server"]),
    }


def token_command(engine: Engine, cluster: str) -> list[str]:
    """Return the command line that makes a token for a cluster as who this command is; no secret is in it."""
    identity = engine.where.identity
    options = {"--cluster": cluster, "--region": engine.region, "--auth": identity.kind}
    options |= {"--profile": identity.profile} if identity.profile else {}
    options |= {"--config-file": str(Path(identity.config_file).resolve())} if identity.config_file else {}
    return [*program(), "oke", "token", *(word for pair in options.items() for word in pair)]


def program() -> list[str]:
    """Return how this command is called from any folder."""
    beside = Path(sys.executable).with_name("oci-functions")
    found = str(beside) if beside.is_file() else shutil.which("oci-functions")
    return [found] if found else [sys.executable, "-m", "ops.cli.main"]


def _read(file: Path) -> Any:  # noqa: ANN401  (whatever a YAML file holds)
    import yaml

    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, yaml.YAMLError) as fault:
        raise BadRequest(
            f"{file} cannot be read ({type(fault).__name__})", field="--file", fix="name another, or move it away"
        ) from None
