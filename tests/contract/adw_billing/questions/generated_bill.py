"""A made-up bill of eleven weeks with everything that a question asks for, as files and as the lines that count."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.support.billing_files import COST, FOCUS, cost_row, focus_row, put, report

if TYPE_CHECKING:
    from pathlib import Path

FIRST, DAYS = date(2026, 1, 1), 79
FOCUS_ONLY = frozenset({date(2026, 2, 10), date(2026, 2, 11)})
"""Days without a cost report: their FOCUS lines count."""
CHEAPER = date(2026, 2, 8)
SPIKE = date(2026, 3, 10)
PATHS = {"c1": "/prod", "c2": "/prod/web", "c3": "/production"}
"""Of compartments that the dimension knows; `c4` it does not."""
SKUS = {"B1": "COMPUTE", "B2": "COMPUTE", "B3": "STORAGE", "B4": "NETWORK"}


@dataclass(frozen=True)
class Line:
    """A line of the bill."""

    number: int
    day: date
    sku: str
    region: str
    compartment: str
    quantity: Decimal
    price: Decimal
    cost: Decimal
    flag: str = "N"
    overage: Decimal | None = None
    attributed: Decimal | None = None
    corrects: str = ""
    dialect: str = "cost"

    @property
    def service(self) -> str:
        return SKUS[self.sku]

    @property
    def month(self) -> date:
        return self.day.replace(day=1)

    @property
    def resource(self) -> str:
        return f"r{self.number % 4}"


def price_of(sku: str, day: date) -> Decimal:
    if sku == "B1":
        return Decimal("0.25") if day < CHEAPER else Decimal("0.1")
    return {"B2": Decimal("1.125"), "B3": Decimal("0.000000004812980764"), "B4": Decimal("0.07")}[sku]


def bill() -> list[Line]:
    """The lines that count, in the order of days."""
    chance = random.Random(20260101)  # noqa: S311  (a test's chance)
    lines: list[Line] = []
    for day in (FIRST + timedelta(days=number) for number in range(DAYS)):
        for sku in SKUS:
            if sku == "B4" and day.month != 2:
                continue
            for _ in range(1 + chance.randrange(2)):
                lines.append(_line(chance, len(lines), day, sku))
    return lines


def _line(chance: random.Random, number: int, day: date, sku: str) -> Line:
    busy = Decimal(40 if day == SPIKE and sku == "B2" else 1 if day.weekday() < 5 else Decimal("0.25"))
    quantity = busy * (Decimal(chance.randrange(9_000, 11_000)) / 1_000)
    quantity *= 10**8 if sku == "B3" else 1
    price = price_of(sku, day)
    corrects = f"ref-{number - 1}" if number % 37 == 36 else ""
    cost = -quantity * price / 2 if corrects else quantity * price
    extra: dict[str, object] = {}
    if day in FOCUS_ONLY:
        extra = {"dialect": "focus"}
    elif sku == "B2" and number % 9 == 0:
        extra = {"flag": ("Y", "true", "N")[number % 3], "overage": cost / 4}
    elif sku == "B3":
        extra = {"attributed": cost / 8}
    region = "r1" if sku in ("B1", "B3") else "r2"
    compartment = f"c{1 + chance.randrange(4)}"
    return Line(number, day, sku, region, compartment, quantity, price, cost, corrects=corrects, **extra)  # type: ignore[arg-type]


def _plain(value: Decimal | None) -> str:
    return "" if value is None else format(value, "f")


def as_cost(line: Line) -> dict[str, str]:
    """The line's row of a cost report."""
    cells = {
        "lineItem__intervalUsageStart": f"{line.day}T10:00Z",
        "lineItem__intervalUsageEnd": f"{line.day}T11:00Z",
        "product__service": line.service,
        "product__compartmentId": line.compartment,
        "product__compartmentName": f"name of {line.compartment}",
        "product__region": line.region,
        "product__resourceId": line.resource,
        "usage__billedQuantity": _plain(line.quantity),
        "cost__productSku": line.sku,
        "product__Description": f"about {line.sku}",
        "cost__skuUnitDescription": "hours",
        "cost__unitPrice": _plain(line.price),
        "cost__myCost": _plain(line.cost),
        "cost__overageFlag": line.flag,
        "cost__myCostOverage": _plain(line.overage),
        "usage__billedQuantityOverage": "" if line.overage is None else "3.5",
        "cost__attributedCost": _plain(line.attributed),
        "lineItem__isCorrection": "true" if line.corrects else "false",
        "lineItem__backreferenceNo": line.corrects,
    }
    return cost_row(line.number, **cells)


def as_focus(line: Line) -> dict[str, str]:
    """The line's row of a FOCUS report."""
    cells = {
        "ChargePeriodStart": f"{line.day}T10:00Z",
        "ChargePeriodEnd": f"{line.day}T11:00Z",
        "ServiceName": line.service,
        "oci_CompartmentId": line.compartment,
        "oci_CompartmentName": f"name of {line.compartment}",
        "RegionId": line.region,
        "ResourceId": line.resource,
        "UsageQuantity": _plain(line.quantity),
        "UsageUnit": "hours",
        "SkuId": line.sku,
        "ChargeDescription": f"about {line.sku}",
        "ListUnitPrice": _plain(line.price),
        "BilledCost": _plain(line.cost),
        "ChargeCategory": "Adjustment" if line.corrects else "Usage",
        "oci_BackReferenceNumber": line.corrects,
    }
    return focus_row(line.number, **cells)


def write(folder: Path, lines: list[Line]) -> None:
    """Write the reports: a cost report a month, and all lines as FOCUS, which the cost reports' days keep out."""
    header = [*COST, "cost/attributedCost"]
    for month in sorted({line.month for line in lines}):
        rows = [as_cost(line) for line in lines if line.month == month and line.dialect == "cost"]
        put(folder, f"reports/cost-csv/{month:%m}.csv.gz", report(header, rows))
    names = ["oci_CompartmentId", "oci_CompartmentName", "RegionId", "ResourceId", "SkuId", "ChargeDescription"]
    header = [*FOCUS, *names, "ListUnitPrice"]
    put(folder, "FOCUS Reports/2026/01/01/f.csv.gz", report(header, [as_focus(line) for line in lines]))
