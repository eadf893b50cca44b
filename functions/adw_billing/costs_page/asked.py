"""What a cost page's address asks for, and the addresses of the views that it leads to; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, cast, get_args
from urllib.parse import urlencode

from functions.adw_billing.costs_page.page_amounts import NO_VALUE
from functions.adw_billing.query.conditions import split_filter
from functions.adw_billing.query.dimensions import CURRENCY, DAY, DIALECT, MONTH, UNIT, dimension
from functions.adw_billing.query.measures import measure_of
from functions.adw_billing.query.question import months_of
from shared.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from functions.adw_billing.query.measures import Measure
    from functions.adw_billing.query.question import Months

Part = Literal["view", "moved", "why", "state", "choices", "tags"]
"""``view`` comes from the summary tables and is there at once; all others are asked for after it, and read lines, but
for ``choices``: what there is to filter by, which the summary knows."""
Step = Literal["day", "month"]
Kind = Literal["bars", "lines", "share"]

GROUPS = ("service", "compartment", "tenancy", "region", "sku", "product", "resource")
"""What costs are grouped by, besides `tag:<key>`, in the order of the page's list."""
DRILL = {
    "service": "sku",
    "sku": "resource",
    "compartment": "service",
    "tenancy": "service",
    "region": "service",
    "product": "resource",
}
"""What a group is looked into by: of a tag's value, the services."""
MAX_FILTERS = 8
FIRST_YEAR = 2000
"""Before any bill of OCI. A view is beside as many months right before it, which have to be months themselves."""
MAX_MONTHS = 120
"""Of a view, ten years."""
LONG_MONTHS = 3
"""More months than these are shown by month unless days are asked for."""
PLAIN = ("service", "compartment", "region", "sku", "tenancy")
"""Parameters of the form that are a filter on their dimension."""
_VIEWED = ("by", "step", "currency", "measure", "unit", "chart", "exact", "part")
_KNOWN = ("month", "from", "to", "filter", *PLAIN, *_VIEWED)


@dataclass(frozen=True, slots=True)
class Asked:
    """A view: months (`YYYY-MM` or `YYYY-MM..YYYY-MM`; empty: the newest), dimension, step, currency and filters.

    ``step`` is empty where the length of the period decides; ``currency`` where the largest one is meant; ``unit``
    where the one of most cost is, and for costs, which have no unit but the currency.
    """

    month: str = ""
    by: str = "service"
    step: str = ""
    currency: str = ""
    filters: tuple[str, ...] = ()
    measure: Measure = "cost"
    unit: str = ""
    chart: str = ""
    exact: bool = False
    part: Part = "view"

    @property
    def kind(self) -> Kind:
        """Return the chart's kind: prices do not stack, and are no shares."""
        return "lines" if self.measure == "unit_price" else cast("Kind", self.chart or "bars")

    @property
    def conditions(self) -> tuple[str, ...]:
        """Return the filters of a settled view, with its currency and its unit."""
        unit = () if self.measure == "cost" else (f"{UNIT}={'' if self.unit == NO_VALUE else self.unit}",)
        return (*self.in_currency, *unit)

    @property
    def in_currency(self) -> tuple[str, ...]:
        """Return the filters of a settled view, with its currency."""
        return (*self.filters, f"{CURRENCY}={self.currency}")

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return the address's parameters, without those that are empty."""
        step = self.steps if self.month else self.step
        found = [("month", self.month), ("by", self.by), ("step", step), ("currency", self.currency)]
        if self.measure != "cost":
            found += [("measure", self.measure), ("unit", self.unit)]
        if self.kind != "bars" and self.measure != "unit_price":
            found.append(("chart", self.kind))
        found += [("filter", each) for each in self.filters]
        if self.exact:
            found.append(("exact", "1"))
        if self.part != "view":
            found.append(("part", self.part))
        return tuple(pair for pair in found if pair[1])

    @property
    def address(self) -> str:
        """Return the parameters as a relative address."""
        return "?" + urlencode(self.pairs)

    @property
    def steps(self) -> Step:
        """Return the step that is shown."""
        if self.step:
            return cast("Step", self.step)
        return "month" if months_of(self.month, "month").count > LONG_MONTHS else "day"

    def of(self, value: str | None) -> Asked:
        """Return the view that looks into one of the groups."""
        plain = f"{self.by}={_literal(value)}"
        kept = tuple(each for each in self.filters if split_filter(each)[0] != self.by)
        return replace(self, by=DRILL.get(self.by, "service"), filters=(*kept, plain))

    def without(self, text: str) -> Asked:
        """Return the view without a filter."""
        return replace(self, filters=tuple(each for each in self.filters if each != text))


def asked_of(pairs: Iterable[tuple[str, str]]) -> Asked:
    """Read an address's parameters. BadRequest with the one at fault."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in _KNOWN:
            raise BadRequest(f"{name[:40]!r} is no parameter", fix=f"one of {', '.join(_KNOWN)}", field=name[:40])
        if value.strip():
            values.setdefault(name, []).append(value.strip())
    once = {name: found[-1] for name, found in values.items() if name != "filter"}
    plain = [f"{name}={once[name]}" for name in PLAIN if name in once]
    filters = tuple(dict.fromkeys([*values.get("filter", []), *plain]))
    if len(filters) > MAX_FILTERS:
        raise BadRequest(f"{len(filters)} filters", fix=f"at most {MAX_FILTERS}", field="filter")
    for each in filters:
        dimension(split_filter(each)[0], "filter")
    found = Asked(
        month=_period(once),
        by=_group(once.get("by", "service")),
        step=_one_of(once.get("step", ""), ("", *get_args(Step)), "step"),
        currency=once.get("currency", ""),
        filters=filters,
        measure=measure_of(once.get("measure", "")),
        unit=once.get("unit", ""),
        chart=_one_of(once.get("chart", ""), ("", *get_args(Kind)), "chart"),
        exact=_one_of(once.get("exact", ""), ("", "1"), "exact") == "1",
        part=cast("Part", _one_of(once.get("part", "view"), get_args(Part), "part")),
    )
    return found if found.measure != "cost" else replace(found, unit="")


def _period(once: Mapping[str, str]) -> str:
    """Return the months of `month`, or of `from` and `to`, of which one may be left out. BadRequest."""
    ends = {name: once[name] for name in ("from", "to") if name in once}
    if "month" in once:
        for name in ends:
            raise BadRequest(f"`{name}` beside `month`", fix="leave one of them out", field=name)
        _checked(once["month"], "month")
        return once["month"]
    if not ends:
        return ""
    for name, text in ends.items():
        if months_of(text, name).count != 1 or ".." in text:
            raise BadRequest(f"{text[:40]!r} is no month", fix="write YYYY-MM", field=name)
    first, last = ends.get("from", ends.get("to", "")), ends.get("to", ends.get("from", ""))
    return str(_checked(f"{first}..{last}", "from"))


def _checked(text: str, field: str) -> Months:
    """Return a view's months. BadRequest for those that no bill can be of, and for more than a chart has room for."""
    months = months_of(text, field)
    if months.first.year < FIRST_YEAR:
        raise BadRequest(f"{text!r} begins before any bill", fix=f"a month from {FIRST_YEAR}-01 on", field=field)
    if months.count > MAX_MONTHS:
        raise BadRequest(f"{text!r} has {months.count} months", fix=f"at most {MAX_MONTHS}", field=field)
    return months


def _group(name: str) -> str:
    found = dimension(name, "by")
    if found.name in (DAY, MONTH, DIALECT):
        raise BadRequest(f"{name!r} is no group of this page", fix="see `step`, or `billing query`", field="by")
    return found.name


def _one_of(text: str, known: tuple[str, ...], field: str) -> str:
    if text not in known:
        raise BadRequest(f"{text[:40]!r} is no {field}", fix=f"one of {', '.join(filter(None, known))}", field=field)
    return text


def _literal(value: str | None) -> str:
    """Return a value as a filter has it. A `*` of its own means any letters there, and so finds itself too."""
    return value or ""
