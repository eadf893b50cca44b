"""Which registry a command is about, and as whom it is asked: the options that all commands of cards have."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from functions.codecard_avatar.card.registry_store import RegistryStore
from functions.codecard_avatar.model.bucket_url import parse_bucket_url
from ops.cards.card_backend import CardBackend
from ops.cards.registry_bucket import RegistryBucket
from ops.identities import AUTH_KINDS, Identity, identity_credentials
from ops.invoke import CA_HELP, trust_authorities
from shared.addresses import service_base_url
from shared.deadline import Deadline
from shared.errors import BadRequest
from shared.oci.clients import make_client, oci_errors

if TYPE_CHECKING:
    from functions.codecard_avatar.model.bucket_url import BucketUrl

DEADLINE_SECONDS = 600.0
"""For all requests of one command; a folder of a hundred thousand cards takes 256 reads and as many writes."""


def add_registry_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare which registry, and who asks."""
    parser.add_argument("--bucket", default="", help="the private bucket: its name, or private_bucket of the function")
    parser.add_argument("--registry", default="cards.json", help="card_registry of the function (default: %(default)s)")
    parser.add_argument("--apex-url", default="", help="in place of a bucket: the ORDS backend, apex_url")
    parser.add_argument("--namespace", default="", help="of the bucket (default: the tenancy's)")
    parser.add_argument("--auth", choices=AUTH_KINDS, default="config", help="who asks (default: %(default)s)")
    parser.add_argument("--profile", default="", help="profile of the configuration file (default: DEFAULT)")
    parser.add_argument("--config-file", default="", help="the configuration file (default: ~/.oci/config)")
    parser.add_argument("--region", default="", help="region of the bucket (default: the identity's)")
    parser.add_argument("--endpoint", default="", help="base URL of object storage, for a local cloud")
    parser.add_argument("--ca-certificates", default="", metavar="FILE", help=CA_HELP)


def registry_of(options: argparse.Namespace) -> RegistryStore | CardBackend:
    """Return the registry that the options name. Raises argparse.ArgumentError for none or two, FunctionError."""
    if bool(options.bucket) == bool(options.apex_url):
        raise argparse.ArgumentError(None, "name the registry: --bucket (with --registry), or --apex-url")
    trust_authorities(options.ca_certificates)
    deadline = Deadline.after(DEADLINE_SECONDS)
    if options.apex_url:
        return CardBackend(_url(options.apex_url, "--apex-url"), deadline)
    url = _bucket_url(options.bucket)
    endpoint = _url(options.endpoint, "--endpoint") if options.endpoint else url.base if url else ""
    identity = Identity(options.auth, config_file=options.config_file, profile=options.profile)
    client = make_client(
        "object_storage", identity_credentials(identity), deadline, region=options.region, endpoint=endpoint
    )
    namespace = options.namespace or (url.namespace if url else "")
    if not namespace:
        with oci_errors("object_storage"):
            namespace = str(client.get_namespace().data)
    objects = RegistryBucket(client, namespace, url.bucket if url else options.bucket)
    return RegistryStore(objects, options.registry, deadline)


def _bucket_url(text: str) -> BucketUrl | None:
    """Return the bucket of a URL, None for a name. Raises BadRequest."""
    if "/" not in text:
        return None
    try:
        url = parse_bucket_url(text)
    except ValueError as fault:
        raise BadRequest(f"--bucket {fault}", field="--bucket") from None
    if url.is_preauthenticated:
        # What stands in a command line is read by everybody on the machine, and a link is its own password.
        fix = "name the bucket, and use an identity that may write it"
        raise BadRequest("--bucket is a pre-authenticated link", fix=fix, field="--bucket")
    return url


def _url(text: str, option: str) -> str:
    if option == "--endpoint":
        try:
            return service_base_url(text)
        except ValueError as fault:
            raise BadRequest(f"{option} {fault}", field=option) from None
    return text
