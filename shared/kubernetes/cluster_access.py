"""How a function reaches an OKE cluster's API server: address, authority and bearer token.

No kubeconfig on disk, no kubectl, no stored secret by default: `create_kubeconfig` names server and authority, and the
token is a request to OKE that the function's own principal has signed
(https://docs.oracle.com/en-us/iaas/Content/ContEng/Tasks/contengdownloadkubeconfigfile.htm; the steps are those of
`oci ce cluster generate-token`).
"""

from __future__ import annotations

import base64
import binascii
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

from shared.errors import OciServiceError
from shared.oci.clients import client, oci_errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.deadline import Deadline
    from shared.oci.settings import OciSettings

Endpoint = Literal["private", "public"]

TOKEN_SECONDS = 180.0
"""Age at which a signed token is replaced; OKE takes it for four minutes (oci-cli, containerengine_cli_extended.py)."""

TOKEN_VERSION = "2.0.0"  # noqa: S105  (the kubeconfig's token format, no secret)
_FIELD = re.compile(r"""^[\s-]*["']?(?P<name>server|certificate-authority-data)["']?\s*:\s*["']?(?P<value>[^\s"',]+)""")


@dataclass(frozen=True, slots=True)
class ClusterAddress:
    """The API server's https base URL and the PEM text of the authority behind its certificate."""

    server: str
    ca_pem: str


def cluster_address(container_engine: Any, cluster_id: str, endpoint: Endpoint) -> ClusterAddress:  # noqa: ANN401
    """Ask OKE for the cluster's kubeconfig and read address and authority from it; OciServiceError when it fails."""
    from oci.container_engine.models import CreateClusterKubeconfigContentDetails as Details

    details = Details(token_version=TOKEN_VERSION, endpoint=f"{endpoint.upper()}_ENDPOINT")
    with oci_errors("container_engine"):
        answer = container_engine.create_kubeconfig(cluster_id, create_cluster_kubeconfig_content_details=details)
        text = answer.data.text
    return read_kubeconfig(text)


def read_kubeconfig(text: str) -> ClusterAddress:
    """Read server and authority of a kubeconfig with one cluster; OciServiceError (``malformed``) when it has not both.

    Two scalar fields are all that is wanted of the YAML, so no parser is loaded for them.
    """
    found: dict[str, set[str]] = {"server": set(), "certificate-authority-data": set()}
    for line in text.splitlines():
        match = _FIELD.match(line)
        if match:
            found[match["name"]].add(match["value"])
    # Two different servers would leave it open to which one the token goes, so that is refused like none.
    if any(len(values) != 1 for values in found.values()):
        raise _malformed("the kubeconfig does not name one server and one certificate authority")
    (server,), (authority,) = found.values()
    try:
        pem = base64.b64decode(authority, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        raise _malformed("the kubeconfig's certificate authority is not base64") from None
    return ClusterAddress(server, pem)


class SignedToken:
    """Tokens signed by the function's principal, a new one after TOKEN_SECONDS or when the server refused the last."""

    def __init__(
        self,
        signer: Any,  # noqa: ANN401
        region: str,
        cluster_id: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._signer = signer
        self._url = f"{_request_host(region)}/cluster_request/{cluster_id}"
        self._monotonic = monotonic
        self._text = ""
        self._made_at = 0.0

    def token(self, *, refused: bool) -> str:
        """Return the token: the signed request's URL, signature and date in its query, as URL-safe base64."""
        if refused and hasattr(self._signer, "refresh_security_token"):
            self._signer.refresh_security_token()  # the principal's own token may have been replaced meanwhile
        if refused or not self._text or self._monotonic() - self._made_at > TOKEN_SECONDS:
            self._text = self._sign()
            self._made_at = self._monotonic()
        return self._text

    def _sign(self) -> str:
        # Nothing is sent here: the token is a signed request that OKE can check as the container engine would, and the
        # signed date bounds its life.
        from oci._vendor import requests  # loaded with the SDK, whose signers want its request objects

        with oci_errors("container_engine"):
            signed = self._signer.do_request_sign(requests.Request("GET", self._url).prepare())
        query = urlencode({"authorization": signed.headers["authorization"], "date": signed.headers["date"]})
        return base64.urlsafe_b64encode(f"{self._url}?{query}".encode()).decode()


class VaultToken:
    """A service account's token from OCI Vault (`secret_id`), read at the first use and when it was refused."""

    def __init__(self, settings: OciSettings, deadline: Deadline, secret_id: str) -> None:
        self._settings = settings
        self._deadline = deadline
        self._secret_id = secret_id
        self._text = ""

    def token(self, *, refused: bool) -> str:
        """Return the token; OciServiceError when the secret cannot be read or holds no text."""
        if refused or not self._text:
            self._text = self._read()
        return self._text

    def _read(self) -> str:
        secrets = client("secrets", self._settings, self._deadline)
        with oci_errors("secrets"):
            content = secrets.get_secret_bundle(self._secret_id).data.secret_bundle_content
        try:
            text = base64.b64decode(content.content, validate=True).decode("ascii").strip()
        except (binascii.Error, UnicodeDecodeError, AttributeError, TypeError):
            text = ""
        if not text or not text.isprintable():
            raise OciServiceError("the secret of `secret_id` holds no token", code="malformed", service="secrets")
        return text


def _request_host(region: str) -> str:
    """Return where the signed request points: the service's host in the region's realm, with no `.oci.` in it."""
    from oci.regions import endpoint_for

    template = "https://containerengine.{region}.{secondLevelDomain}"
    return str(endpoint_for("containerengine", region=region, service_endpoint_template=template))


def _malformed(text: str) -> OciServiceError:
    return OciServiceError(text, code="malformed", service="container_engine")
