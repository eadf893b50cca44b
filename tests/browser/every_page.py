"""Every page that there is, with names of the worst kind in it: served by real fdk processes, and as one file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests
from click.testing import CliRunner

from emulator.services.identity.service import DEFAULT_TENANCY
from ops.cli.main import root
from tests.support.autoscaler import config
from tests.support.billing_files import COST, TENANCY, cost_row, load, put, report
from tests.unit.functions.oke_autoscaler.cluster_page.busy_cluster import busy_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from emulator.cloud import Cloud
    from emulator.fn_server.host import FunctionHost

HOSTILE = '<script>window.broken = true</script><img src=x onerror="window.broken = true">\u202eאבג'
LONG = "x" * 5000
KEEPER = "joan.citizen@example.com"


@dataclass(frozen=True)
class Place:
    """Where a page is, what a context needs to open it, and the texts that must be on it as they are."""

    name: str
    address: str
    shown: tuple[str, ...]
    context: dict[str, Any] = field(default_factory=dict)
    moves: bool = True
    """Whether its first view leads to another one, and back. Where each letter typed makes a view, none is a step."""


SERVED = ("costs", "cluster", "badges", "cards")
FILES = ("costs", "cluster", "sheet")
NAMES = (*(f"{name} served" for name in SERVED), *(f"{name} file" for name in FILES))


def served_places(cloud: Cloud, host: FunctionHost, folder: Path) -> dict[str, Place]:
    """Configure the functions, and return their pages at the gateway's routes."""
    warehouse = _warehouse(folder)
    host.configure("adw-billing", {"usage_report_bucket": DEFAULT_TENANCY, "warehouse": f"duckdb:{warehouse}"})
    pool = cloud.cluster.add_pool(HOSTILE, size=1)
    cloud.cluster.add_replicas("web", 12, pool=pool, cpu="900m")
    host.configure("oke-autoscaler", config(cloud, pool, node_pool_max_size=1))
    requests.post(f"{cloud.gateway}/invoke/oke-autoscaler", timeout=60)
    bucket = cloud.object_storage.create_bucket("codecard-private", tenancy=DEFAULT_TENANCY)
    cards = {"CC50E3CCBFFF": {"title": "Joan Citizen"}, "AABBCCDDEEFF": {"title": HOSTILE}}
    cloud.object_storage.put(bucket, "cards.json", json.dumps(cards).encode())
    badge = {
        "publish": "inline",
        "public_url": cloud.gateway,
        "card_registry": "cards.json",
        "private_bucket": f"https://objectstorage.us-ashburn-1.oraclecloud.com/n/{bucket.namespace}/b/{bucket.name}",
        "oci_endpoint": cloud.endpoint,
        "card_keepers": KEEPER,
        "page_key": "0123456789abcdef0123456789abcdef",
    }
    host.configure("codecard-avatar", badge)
    bearer = {"Authorization": f"Bearer {cloud.identity.mint_access_token(subject=KEEPER)}"}
    routes = {
        "costs": ("/billing", (HOSTILE, LONG)),
        "cluster": ("/autoscaler", (HOSTILE,)),
        "badges": ("/codecard/badges?title=" + requests.utils.quote(HOSTILE), ()),
        "cards": ("/codecard/badges/cards", ("Joan Citizen", HOSTILE)),
    }
    return {
        f"{name} served": Place(
            f"{name}-served", cloud.gateway + route, shown, {"extra_http_headers": bearer}, moves=name != "badges"
        )
        for name, (route, shown) in routes.items()
    }


def file_places(folder: Path) -> dict[str, Place]:
    """Write the pages as files, as people do."""
    (folder / "busy.json").write_bytes(busy_bytes(HOSTILE + LONG[:253]))
    people = {f"CC50E3CCBF{at:02X}": name for at, name in enumerate(("Joan Citizen", HOSTILE, "x" * 200))}
    (folder / "people.json").write_text(json.dumps(people))
    commands: dict[str, tuple[list[str], tuple[str, ...], bool]] = {
        "costs": (["billing", "page", "--warehouse", str(_warehouse(folder))], (HOSTILE, LONG), True),
        "cluster": (["autoscaler", "page", "--snapshot", str(folder / "busy.json")], (HOSTILE,), False),
        "sheet": (["badge", "page", "--cards", str(folder / "people.json")], (), False),
    }
    found = {}
    for name, (command, shown, moves) in commands.items():
        out = folder / f"{name}.html"
        done = CliRunner().invoke(root(), [*command, "--out", str(out)])
        assert done.exit_code == 0, done.output
        found[f"{name} file"] = Place(f"{name}-file", out.as_uri(), shown, moves=moves)
    return found


def _warehouse(folder: Path) -> Path:
    """Two months of costs of twelve services; made once."""
    path = folder / "w.duckdb"
    if path.exists():
        return path
    services = ["COMPUTE", HOSTILE, LONG, *(f"SERVICE {at}" for at in range(9))]
    rows = [
        cost_row(
            lineItem__intervalUsageStart=f"2026-{month:02}-{day:02}T10:00Z",
            lineItem__referenceNo=f"{month}-{day}-{at}",
            product__service=service,
            cost__productSku=f"B{at}{day % 2}",
            cost__myCost=f"{(at * 7 + day * 3) % 11 + 1}.25",
        )
        for month in (9, 10)
        for day in range(1, 29)
        for at, service in enumerate(services)
    ]
    put(folder / "r", "reports/cost-csv/0001-00001.csv.gz", report([*COST], rows))
    assert load(folder / "r", path, "--tenancy", TENANCY)["remaining"] == 0
    return path
