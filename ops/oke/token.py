"""`oke token`: a bearer token for a cluster's API server, as kubectl asks a command for one; needs no `oci`."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ops.identities import AUTH_KINDS, Identity, identity_credentials
from ops.oke.arguments import ocid
from ops.oke.kubeconfig import EXEC_VERSION
from ops.oke.output import ERROR, SUCCESS
from shared.errors import BadRequest, FunctionError
from shared.kubernetes.cluster_access import TOKEN_SECONDS, SignedToken

if TYPE_CHECKING:
    import argparse

_REGION = re.compile(r"ocid1\.cluster\.[a-z0-9-]+\.(?P<region>[a-z0-9-]+)\.")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `token`."""
    parser.add_argument("--cluster", required=True, help="OCID of the cluster")
    parser.add_argument("--region", default="", help="default: the one that the OCID names")
    parser.add_argument("--auth", choices=AUTH_KINDS, default="config", help="who asks (default: %(default)s)")
    parser.add_argument("--profile", default="", help="profile of the configuration file (default: DEFAULT)")
    parser.add_argument("--config-file", default="", help="the configuration file (default: ~/.oci/config)")


def run(options: argparse.Namespace) -> int:
    """Print an ExecCredential; an error is text on stderr, which kubectl shows."""
    try:
        cluster = ocid("cluster", options.cluster, "--cluster")
        identity = Identity(options.auth, config_file=options.config_file, profile=options.profile)
        _, signer = identity_credentials(identity)
        text = SignedToken(signer, options.region or region_of_cluster(cluster), cluster).token(refused=False)
    except FunctionError as fault:
        sys.stderr.write(f"{fault.message or fault.reason}; {fault.advice}\n")
        return ERROR
    expires = datetime.now(UTC) + timedelta(seconds=TOKEN_SECONDS)
    status = {"token": text, "expirationTimestamp": expires.strftime("%Y-%m-%dT%H:%M:%SZ")}
    sys.stdout.write(json.dumps({"apiVersion": EXEC_VERSION, "kind": "ExecCredential", "status": status}) + "\n")
    return SUCCESS


def region_of_cluster(cluster: str) -> str:
    """Return the region that a cluster's OCID names (`iad` becomes `us-ashburn-1`). Raises BadRequest for none."""
    from oci.regions import REGIONS_SHORT_NAMES

    found = _REGION.match(cluster)
    if found is None:
        raise BadRequest("the OCID names no region", field="--region", fix="name it with --region")
    return str(REGIONS_SHORT_NAMES.get(found["region"], found["region"]))
