"""A budget, what a bill says of it, and the alert that is sent once: values that budgets and warehouses share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from functions.adw_billing.model.columns import Column, ColumnType, Table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

Kind = Literal["breach", "forecast-breach", "anomaly"]

BUDGET_ALERT = Table(
    "oci_budget_alert",
    (
        Column("budget", length=100, required=True),
        Column("period", length=10, required=True),
        Column("kind", length=20, required=True),
        Column("amount", ColumnType.NUMBER),
        Column("cost", ColumnType.NUMBER),
        Column("currency", length=30),
        Column("state", length=10),
        Column("state_since", ColumnType.TIME),
        Column("call_id", length=255),
        Column("message_id", length=255),
    ),
    key=("budget", "period", "kind"),
)
"""Alerts that were sent to Notifications (`told`), or are being sent (`claimed`): one of each budget, month and kind;
of an anomaly, the day."""


@dataclass(frozen=True, slots=True)
class Budget:
    """An amount a month for the costs that all filters fit, each as `billing query --filter` takes it."""

    name: str
    amount: Decimal
    currency: str
    filters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spend:
    """Cost by usage day (UTC); a day that has lines of the currency, and none of the budget, costs 0."""

    days: Mapping[date, Decimal]


@dataclass(frozen=True, slots=True)
class Alert:
    """What is to be told of a budget: ``period`` is the month, of an anomaly the day; ``expected`` the usual cost."""

    budget: Budget
    kind: Kind
    period: str
    cost: Decimal
    expected: Decimal | None = None
