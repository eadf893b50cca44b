"""Arguments that all commands of a cluster's life have, and what they become."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING

from ops.identities import AUTH_KINDS, Identity
from ops.invoke import CA_HELP, trust_authorities
from ops.oke.engine import Engine, Where
from shared.addresses import service_base_url
from shared.deadline import Deadline
from shared.errors import BadRequest
from shared.ocids import check_ocid

if TYPE_CHECKING:
    from ops.oke.pace import Pace

TIMEOUT_SECONDS = 1800
"""A control plane takes some seven minutes, its nodes some five."""


def add_common(parser: argparse.ArgumentParser, *, timeout: int = TIMEOUT_SECONDS) -> None:
    """Declare who asks, where, and for how long."""
    parser.add_argument(
        "--timeout", type=float, default=timeout, help="seconds for the whole command (default: %(default)s)"
    )
    parser.add_argument("--auth", choices=AUTH_KINDS, default="config", help="who asks (default: %(default)s)")
    parser.add_argument("--profile", default="", help="profile of the configuration file (default: DEFAULT)")
    parser.add_argument("--config-file", default="", help="the configuration file (default: ~/.oci/config)")
    parser.add_argument("--region", default="", help="default: the identity's")
    parser.add_argument("--endpoint-url", default="", help="base URL of all services, for a local cloud")
    parser.add_argument("--ca-certificates", default="", metavar="FILE", help=CA_HELP)


def engine_of(options: argparse.Namespace, pace: Pace) -> Engine:
    """Return the services that the options name. Raises BadRequest."""
    seconds = float(options.timeout)
    if not 0 < seconds < math.inf:
        raise BadRequest(f"must be above 0 seconds, is {seconds:g}", field="--timeout")
    try:
        endpoint = service_base_url(options.endpoint_url) if options.endpoint_url else ""
    except ValueError as fault:
        raise BadRequest(str(fault), field="--endpoint-url") from None
    trust_authorities(options.ca_certificates)
    identity = Identity(options.auth, config_file=options.config_file, profile=options.profile)
    where = Where(identity, options.region, endpoint)
    return Engine(where, pace, pace.now() + seconds, Deadline.after(seconds))


def ocid(kind: str, text: str, field: str) -> str:
    """Return an OCID of a kind. Raises BadRequest that names the argument."""
    try:
        return check_ocid(kind, text.strip())
    except ValueError as fault:
        raise BadRequest(str(fault), field=field) from None
