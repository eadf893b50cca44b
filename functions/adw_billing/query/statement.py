"""The SQL of a question, with everything that the user wrote bound: the same for both engines, in each one's words.

A usage may be in a cost report and in a FOCUS report: it counts once. A tenancy's day that has any cost report counts
by its cost reports, any other by its FOCUS reports; the cost report's page has the same rule. A filter on `dialect`
asks for one of the two alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from functions.adw_billing.model.summary_rows import counts, own_name, twins
from functions.adw_billing.model.tables import ALL, DAILY, DATA, DAY_COLUMN
from functions.adw_billing.query.conditions import ColumnTest, all_hold
from functions.adw_billing.query.dimensions import DIALECT, in_daily

if TYPE_CHECKING:
    from functions.adw_billing.query.dimensions import Dimension
    from functions.adw_billing.query.engine_words import Words
    from functions.adw_billing.query.question import Filter, Question

AMOUNT = {"cost": "cost_myCost", "focus": "BilledCost"}
QUANTITY = {"cost": "t.usage_billedQuantity", "focus": "coalesce(t.UsageQuantity, t.ConsumedQuantity)"}
"""In the unit that the dimension `unit` is."""
TABLES = frozenset(table.name for table in ALL)
"""What a warehouse of this version has: a dimension table that is not among them is not joined."""


@dataclass(slots=True)
class Statement:
    """A query and its bound values."""

    sql: str = ""
    values: dict[str, str] = field(default_factory=dict)


def statement(asked: Question, words: Words, tables: frozenset[str] = TABLES) -> Statement:
    """Return the query whose rows are the question's keys, the cost, and how many rows it is the sum of.

    Where quantities or prices are asked for, the quantity is between the two.
    """
    return _Builder(asked, words, tables).built()


class _Builder:
    def __init__(self, asked: Question, words: Words, tables: frozenset[str]) -> None:
        self._asked, self._words, self._tables = asked, words, tables
        used = {each.name: each for each in (*asked.keys, *(each.dimension for each in asked.filters))}
        self._columns = {name: (f"k{at}", each) for at, (name, each) in enumerate(used.items())}
        self._values: dict[str, str] = {}

    def built(self) -> Statement:
        keys = ", ".join(self._columns[each.name][0] for each in self._asked.keys)
        where = self._conditions()
        sums = "SUM(cost)" if self._asked.measure == "cost" else "SUM(cost), SUM(quantity)"
        sql = f"SELECT {keys}, {sums}, SUM(row_count) FROM ({self._rows()}) q{where} GROUP BY {keys}"
        return Statement(sql, self._values)

    def _rows(self) -> str:
        """Return the rows to be added up, a column for each dimension: those of the summary where it has them all."""
        if all(in_daily(each) for _, each in self._columns.values()):
            return self._of_daily()
        return " UNION ALL ".join(self._of_table(dialect) for dialect in self._dialects())

    def _dialects(self) -> tuple[str, ...]:
        only = _one_dialect(self._asked.filters)
        return (only,) if only else ("cost", "focus")

    def _of_daily(self) -> str:
        table = self._words.table(DAILY.name)
        period = self._period("usage_day")
        only = "1 = 1" if _one_dialect(self._asked.filters) else counts("t", table, period)
        columns, joins = self._selected(2, "usage_day")
        return f"SELECT {columns}, t.cost, t.row_count FROM {table} t{joins} WHERE {only}{period}"

    def _of_table(self, dialect: str) -> str:
        day = DAY_COLUMN[dialect]
        columns, joins = self._selected(0 if dialect == "cost" else 1, day)
        where = f"{day} IS NOT NULL{self._period(day)}"
        if dialect == "focus" and _one_dialect(self._asked.filters) is None:
            where += (
                f" AND NOT EXISTS (SELECT 1 FROM {self._words.table(DAILY.name)} c WHERE c.dialect = 'cost' "
                f"AND c.tenancy_id = t.tenancy_id AND c.usage_day = {self._words.day('t.' + day)})"
            )
        table = self._words.table(DATA[dialect].name)
        amounts = f"t.{AMOUNT[dialect]} AS cost, 1 AS row_count"
        if self._asked.measure != "cost":
            amounts += f", {QUANTITY[dialect]} AS quantity"
        return f"SELECT {columns}, {amounts} FROM {table} t{joins} WHERE {where}"

    def _selected(self, side: int, day: str) -> tuple[str, str]:
        """Return the columns of one side (0 cost, 1 FOCUS, 2 summary), and the joins that they need."""
        columns, joins, plain = [], "", ""
        for alias, each in self._columns.values():
            expression = self._expression(each, side, day)
            table, key, name = each.lookup
            own_key = each.key[side]
            if each.twin_names[side]:
                joins += f" LEFT JOIN ({twins(self._words.table(DAILY.name))}) n{alias} "
                joins += f"ON n{alias}.twin_tenancy = t.tenancy_id AND n{alias}.twin = {each.twin_names[side]}"
                expression = own_name(f"n{alias}.twin", each.twin_names[side], own_key)
                plain = f"n{alias}.twin"
            if table in self._tables and own_key:
                # one name for each key, whatever the dimension's table remembers of earlier ones
                known = f"SELECT {key} AS d_key, MAX({name}) AS d_name FROM {self._words.table(table)} GROUP BY {key}"
                joins += f" LEFT JOIN ({known}) j{alias} ON j{alias}.d_key = {own_key}"
                expression = f"coalesce(j{alias}.d_name, {expression})"
                plain = f"CASE WHEN j{alias}.d_name IS NULL THEN {plain} END"
            if each.twin_names[side]:  # a filter on the plain name means all that have it
                columns.append(f"{plain} AS {alias}_plain")
            columns.append(f"{expression} AS {alias}")
        return ", ".join(columns), joins

    def _expression(self, each: Dimension, side: int, day: str) -> str:
        if each.tag_key:
            bind = self._columns[each.name][0] + "_tag"
            expression, value = self._words.tag(each.tag_key, bind)
            if value:
                self._values[bind] = value
            return expression
        expression = (each.cost, each.focus, each.daily)[side]
        for form in ("day", "month"):
            expression = expression.replace(f"{{{form}}}", self._words.text_of(day, form))
        return expression

    def _period(self, day: str) -> str:
        """Return the condition on the usage day: whole months, the end excluded where moments are compared."""
        months = self._asked.months
        if months is None:
            return ""
        self._values |= {"first_day": months.first.isoformat(), "last_day": months.last.isoformat()}
        first, last = self._words.date("first_day"), self._words.date("last_day")
        return f" AND {day} >= {first} AND {day} < {last} + INTERVAL '1' DAY"

    def _conditions(self) -> str:
        found = []
        for each in self._asked.filters:
            alias, dimension = self._columns[each.dimension.name]
            also = f"{alias}_plain" if any(dimension.twin_names) else ""
            found.append(ColumnTest(alias, each.value, each.negated, also))
        sql = all_hold(found, self._words, self._values)
        return f" WHERE {sql}" if sql else ""


def _one_dialect(filters: tuple[Filter, ...]) -> str | None:
    """Return the dialect that a filter asks for alone."""
    asked = {each.value.lower() for each in filters if each.dimension.name == DIALECT and not each.negated}
    return asked.pop() if len(asked) == 1 and asked <= set(AMOUNT) else None
