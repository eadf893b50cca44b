"""What a cold start loads of the OCI SDK, and that the parts left out are there for who asks."""

from __future__ import annotations

import os
import subprocess
import sys

from tools.suite import ROOT

LOADED = """
import sys
from shared.oci.clients import spare_imports
import oci, oci.auth.signers, oci.object_storage
print([name for name in ('oci.dns.models', 'pkcs11.mechanisms', 'oci.dns') if name in sys.modules])
spare_imports()
print(oci.dns.models.RRSet.__name__, len([one for one in sys.meta_path if one.__module__ == spare_imports.__module__]))
"""


def test_the_sdk_is_imported_without_dns_and_hardware_tokens_and_has_dns_when_asked() -> None:
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ.get("PATH", "")}
    done = subprocess.run([sys.executable, "-c", LOADED], env=environment, check=True, capture_output=True, text=True)  # noqa: S603
    assert done.stdout.splitlines() == ["['oci.dns']", "RRSet 1"]
