"""What is read of a kubeconfig, and when a token is replaced."""

from __future__ import annotations

import base64

import pytest

from shared.errors import OciServiceError
from shared.kubernetes.cluster_access import TOKEN_SECONDS, SignedToken, read_kubeconfig

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
AUTHORITY = base64.b64encode(PEM.encode()).decode()

OKE = f"""\
---
apiVersion: v1
kind: ""
clusters:
- name: cluster-c4t
  cluster:
    server: https://10.0.0.3:6443
    certificate-authority-data: {AUTHORITY}
users:
- name: user-c4t
  user:
    exec:
      command: oci
"""


@pytest.mark.parametrize(
    "text",
    [
        OKE,
        OKE.replace("https://10.0.0.3:6443", '"https://10.0.0.3:6443"'),
        OKE.replace("\n", "\r\n"),
        f'"server": "https://10.0.0.3:6443",\n"certificate-authority-data": "{AUTHORITY}"\n',
    ],
)
def test_server_and_authority_are_found_however_they_are_quoted(text: str) -> None:
    address = read_kubeconfig(text)
    assert (address.server, address.ca_pem) == ("https://10.0.0.3:6443", PEM)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not a kubeconfig",
        OKE.replace("    server: https://10.0.0.3:6443\n", ""),
        OKE.replace(f"    certificate-authority-data: {AUTHORITY}\n", ""),
        OKE.replace(AUTHORITY, "%%%"),
        OKE + "- name: second\n  cluster:\n    server: https://10.0.0.4:6443\n",
    ],
)
def test_a_kubeconfig_without_one_server_and_one_authority_is_a_typed_error(text: str) -> None:
    with pytest.raises(OciServiceError) as caught:
        read_kubeconfig(text)
    assert caught.value.code == "malformed"


class CountingSigner:
    """Signs with a running number, so that a new token is seen to be one."""

    def __init__(self) -> None:
        self.number = 0

    def do_request_sign(self, request: object) -> object:
        self.number += 1
        request.headers.update({"authorization": f"Signature {self.number}", "date": "today"})  # type: ignore[attr-defined]
        return request


def test_a_token_is_replaced_when_it_is_old_or_refused() -> None:
    clock = [0.0]
    source = SignedToken(CountingSigner(), "us-ashburn-1", "ocid1.cluster.oc1.iad.c", monotonic=lambda: clock[0])
    first = source.token(refused=False)
    clock[0] += TOKEN_SECONDS - 1
    assert source.token(refused=False) == first
    second = source.token(refused=True)
    clock[0] += TOKEN_SECONDS + 1
    third = source.token(refused=False)
    assert len({first, second, third}) == 3
