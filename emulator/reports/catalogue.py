"""What a made-up tenancy owns: resources with their SKU, place and tags, the same for the same seed."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TENANCY = "ocid1.tenancy.oc1..aaaaaaaalocalcloudtenancy"
TENANCY_NAME = "localcloud"
SUBSCRIPTION = "ocid1.organizationssubscription.oc1.us-ashburn-1.amaaaaaalocalcloudsubscription"
REGIONS = (("us-ashburn-1", "iad"), ("eu-frankfurt-1", "fra"), ("ap-tokyo-1", "nrt"))
COMPARTMENTS = ("production", "staging", "data, shared", "sandbox")

MONTH_MS = 31 * 24 * 3_600_000
GIB = 2**30
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Sku:
    """A product of the price list: unit price in 1E-8 of the currency, largest hourly quantity in 1E-12 units.

    `usage_factor` turns a billed unit into the unit of the usage dialect (`BYTE_MS`, `MS`, `COUNT`).
    """

    service: str
    code: str
    description: str
    price_e8: int
    billing_unit: str
    unit: str
    category: str
    resource_type: str
    usage_resource: str
    usage_unit: str
    usage_measure: str
    usage_factor: int
    most_e12: int


SKUS = (
    Sku("COMPUTE", "B93113", "Standard - E4", 729227, "1 NONE HOURS OCPUS", "OCPU Hours", "Compute", "instance",
        "PIC_COMPUTE_STANDARD_E4", "MS", "OCPUS", HOUR_MS, 64 * 10**12),
    Sku("COMPUTE", "B93114", "Standard - E4 - Memory", 34021, "1 GiB HOURS MEMORY", "GB Hours", "Compute", "instance",
        "PIC_COMPUTE_STANDARD_E4_MEMORY", "GB_MS", "MEMORY", HOUR_MS, 1024 * 10**12),
    Sku("OBJECTSTORE", "B91628", "Object Storage - Storage", 991470, "1 GiB MONTHS STORAGE_SIZE", "GB Months",
        "Storage", "bucket", "PIC_OBJECT_STORAGE_TIERED", "BYTE_MS", "STORAGE_SIZE", GIB * MONTH_MS, 312 * 10**12),
    Sku("BLOCK_STORAGE", "B91961", "Block Volume - Storage", 2159198, "1 GiB MONTHS STORAGE_SIZE", "GB Months",
        "Storage", "volume", "PIC_BLOCK_STORAGE_STANDARD", "GB_MS", "STORAGE_SIZE", MONTH_MS, 2 * 10**12),
    Sku("BLOCK_STORAGE", "B91445", "Block Volume - Free", 0, "ONE GiB MONTHS STORAGE_SIZE", "GB Months", "Storage",
        "bootvolume", "PIC_BLOCK_STORAGE_STANDARD_FREE", "GB_MS", "STORAGE_SIZE", MONTH_MS, 10**11),
    Sku("DATABASE", "B92911", "Oracle APEX Application Development", 14717133, "1 NONE HOURS INSTANCE", "Hours",
        "Databases", "autonomousdatabase", "PIC_ADB_APEX", "MS", "INSTANCE", HOUR_MS, 10**12),
    Sku("DATABASE", "B90455", "Autonomous Transaction Processing - Exadata Storage", 2552666989,
        "1 TiB MONTHS STORAGE_SIZE", "TB", "Databases", "autonomousdatabase", "PIC_ADB_STORAGE", "BYTE_MS",
        "STORAGE_SIZE", 1024 * GIB * MONTH_MS, 10**10),
    Sku("NETWORK", "B88327", "Outbound Data Transfer Zone 1", 610894, "1 GiB HOURS DATA_TRANSFERRED", "GB Months",
        "Networking", "vnic", "PIC_NETWORK_OUTBOUND", "BYTES", "DATA_TRANSFERRED", GIB, 5 * 10**12),
    Sku("TELEMETRY", "B90926", "Monitoring Service - Retrieval", 116188, "1000000 NONE NONE DATAPOINTS",
        "Million Datapoints", "Management and Governance", "metric", "PIC_MONITORING_RETRIEVAL", "COUNT", "DATAPOINTS",
        1_000_000, 10**9),
    Sku("API_GATEWAY", "B92072", "API Calls", 213900000, "1000000 GATEWAY_REQUESTS", "1M API Calls", "Networking",
        "apigateway", "PIC_API_GATEWAY_REQUESTS", "COUNT", "GATEWAY_REQUESTS", 1_000_000, 10**11),
    Sku("FUNCTIONS", "B90618", "Oracle Functions - Invocations", 20, "1000000 NONE NONE REQUESTS", "1M Invocations",
        "Compute", "fnfunc", "PIC_FUNCTIONS_INVOCATION", "COUNT", "REQUESTS", 1_000_000, 63 * 10**6),
)  # fmt: skip
"""Products as they stand in real reports (service, SKU, description and units are Oracle's; quantities are ours)."""

TAG_KEYS = (
    "Oracle-Tags.CreatedBy",
    "Finance.CostCenter",
    "Finance.OwnerEmail",
    "Ops.Environment",
    "DevRel\\hol-4cb4.release",
    "free-form-tag",
    "orcl-cloud.free-tier-retained",
    "notes",
)
ODD_TAG_VALUES = (
    "key=value#fragment",
    'she said "twice", and left',
    "first line\nsecond line",
    "x" * 5000,
    "NA",
    "null",
    "0017053",
    "20200115",
    "607825",
    "Größe: 10 µm · 大阪",
    '{"nested": [1, 2]}',
    "trailing blank ",
)
"""Values that naive loaders change; each appears in every sixteenth resource, in turn."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One billed thing; `clock_style` is how its times are spelled, `old_number` what its back-reference column has."""

    number: int
    sku: Sku
    compartment: str
    compartment_id: str
    region: str
    availability_domain: str
    id: str
    clock_style: int
    old_number: str
    tags: Mapping[str, str]


def make_resources(seed: str, count: int) -> list[Resource]:
    """Return `count` resources. The first ones take each SKU once, so that small reports are mixed too."""
    rng = random.Random(f"{seed}/resources")  # noqa: S311  (a generator of test data, not of secrets)
    return [_resource(seed, number, rng) for number in range(count)]


def _resource(seed: str, number: int, rng: random.Random) -> Resource:
    sku = SKUS[number % len(SKUS)] if number < 2 * len(SKUS) else rng.choice(SKUS)
    region, key = REGIONS[number % len(REGIONS)]
    compartment = rng.choice(COMPARTMENTS)
    unique = hashlib.sha256(f"{seed}/{number}".encode()).hexdigest()[:60]
    with_domain = sku.category in {"Compute", "Storage"}
    return Resource(
        number=number,
        sku=sku,
        compartment=compartment,
        compartment_id=f"ocid1.compartment.oc1..{hashlib.sha256(f'{seed}/{compartment}'.encode()).hexdigest()[:60]}",
        region=region,
        availability_domain=f"GqIF:{region.upper()}-AD-{number % 3 + 1}" if with_domain else "",
        id=f"ocid1.{sku.resource_type}.oc1.{key}.{unique}",
        clock_style=2 if number % 23 == 7 else 0,
        old_number=str(17000 + number) if number % 2 else "",
        tags=_tags(number, rng),
    )


def _tags(number: int, rng: random.Random) -> dict[str, str]:
    tags = {
        "Oracle-Tags.CreatedBy": f"default/user{rng.randrange(20)}@example.com",
        "Finance.CostCenter": str(607000 + rng.randrange(12)),
        "Finance.OwnerEmail": f"owner{rng.randrange(9)}@example.com",
        "Ops.Environment": rng.choice(("production", "staging", "test")),
        "free-form-tag": rng.choice(("boots", "qa", "NA")),
        "orcl-cloud.free-tier-retained": "true",
    }
    kept = {key: value for key, value in tags.items() if rng.random() < 0.6}
    if number % 16 == 3:
        kept["notes"] = ODD_TAG_VALUES[number // 16 % len(ODD_TAG_VALUES)]
    return kept
