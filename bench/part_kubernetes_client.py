"""Why the Kubernetes client is `http.client` and msgspec: import cost, and 10,000 pods decoded page by page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.table import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PAGES = 20
PODS_A_PAGE = 500
MIB = 1024

IMPORTS = {
    "bare interpreter": "",
    "http.client + ssl + msgspec (ours)": "import http.client, ssl, msgspec",
    "requests": "import requests",
    "lightkube": "import lightkube; from lightkube.resources.core_v1 import Pod",
    "kubernetes": "import kubernetes.client",
}
DECODERS = {
    "msgspec, the fields of a tick (ours)": """
import msgspec
from functions.oke_autoscaler.model.kubernetes_objects import Pod
from shared.kubernetes.client import _Page
decoder = msgspec.json.Decoder(_Page[Pod])
kept = [pod for _ in range(PAGES) for pod in decoder.decode(open(sys.argv[1], "rb").read()).items]
""",
    "json, whole objects": """
import json
kept = [pod for _ in range(PAGES) for pod in json.loads(open(sys.argv[1], "rb").read())["items"]]
""",
    "lightkube, its typed objects": """
import json
from lightkube.models.core_v1 import PodList
kept = [
    pod for _ in range(PAGES) for pod in PodList.from_dict(json.loads(open(sys.argv[1], "rb").read()), lazy=False).items
]
""",
    "kubernetes, its typed objects (of 1,000; seconds times 10)": """
from kubernetes import client
PAGES = 2
class Answer:
    data = open(sys.argv[1], "rb").read().decode()
api = client.ApiClient()
kept = [pod for _ in range(PAGES) for pod in api.deserialize(Answer.data, "V1PodList", "application/json").items]
TIMES = 10
""",
}
MEASURE = """
import resource, sys
PAGES, TIMES = {pages}, 1
def used():
    seen = resource.getrusage(resource.RUSAGE_SELF)
    return seen.ru_utime + seen.ru_stime
before = used()
{code}
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))  # ru_maxrss inherits
print(TIMES * (used() - before), peak)
"""


def rows() -> Iterator[Row]:
    """Measure CPU seconds and peak memory of each, in a process of its own; the best of two runs."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.json"
        page.write_text(json.dumps({"kind": "PodList", "metadata": {}, "items": [_pod(n) for n in range(PODS_A_PAGE)]}))
        for name, code in IMPORTS.items():
            yield _row(f"import: {name}", code, page)
        for name, code in DECODERS.items():
            yield _row(f"{PAGES * PODS_A_PAGE:,} pods: {name}", code, page)


def _row(name: str, code: str, page: Path) -> Row:
    seconds, kib = min(_measured(code, page) for _ in range(2))
    return Row(name, f"{seconds:.2f} s, {kib / MIB:.0f} MiB")


def _measured(code: str, page: Path) -> tuple[float, int]:
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", MEASURE.format(pages=PAGES, code=code), str(page)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603  (our own code)
    seconds, kib = done.stdout.split()
    return float(seconds), int(kib)


def _pod(number: int) -> dict[str, object]:
    """Return a running pod of 4.5 kB."""
    environment = [{"name": f"SETTING_{index}", "value": "x" * 40} for index in range(52)]
    return {
        "metadata": {
            "name": f"web-{number:05d}",
            "namespace": "default",
            "uid": f"00000000-0000-0000-0000-{number:012d}",
            "labels": {"app": "web"},
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "ownerReferences": [
                {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "u", "controller": True}
            ],
        },
        "spec": {
            "nodeName": f"10.0.10.{number % 250}",
            "containers": [
                {
                    "name": "main",
                    "image": "registry.example/app:1",
                    "env": environment,
                    "resources": {"requests": {"cpu": "300m", "memory": "256Mi"}},
                }
            ],
        },
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    }
