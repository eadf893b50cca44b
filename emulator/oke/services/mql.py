"""The part of Monitoring's query language that is understood here: one metric, dimensions, one grouping, one statistic.

Source: https://docs.oracle.com/en-us/iaas/Content/Monitoring/Reference/mql.htm
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

_QUERY = re.compile(
    r"\s*(?P<metric>[A-Za-z][\w.:-]*)\s*\[(?P<interval>[^\]]*)\]\s*(?:\{(?P<dimensions>[^}]*)\})?"
    r"\s*(?:\.\s*(?P<group>groupBy|grouping)\s*\((?P<by>[^)]*)\))?\s*\.\s*(?P<statistic>\w+)\s*\(\s*\)\s*"
)
_INTERVAL = re.compile(r"([1-9]\d?)([mhd])")
_DIMENSION = re.compile(
    r'\s*(?P<name>[\w.:/-]+)\s*(?P<operator>=~|!~|!=|=)\s*(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s",]+))\s*'
)
_LONGEST = {"m": 60, "h": 24, "d": 1}
_UNIT_SECONDS = {"m": 60, "h": 3600, "d": 86400}
_STATISTICS: dict[str, Callable[[Iterable[float]], float]] = {
    "mean": statistics.fmean,
    "avg": statistics.fmean,
    "max": max,
    "min": min,
    "sum": sum,
    "count": lambda values: float(len(list(values))),
}


class QueryError(ValueError):
    """A query that is not valid, or not understood here; the text says why."""


@dataclass(frozen=True)
class Query:
    """A parsed query. `group_by` None: one stream for each set of dimensions; empty: one stream for all."""

    metric: str
    interval_seconds: int
    matchers: tuple[tuple[str, str, str], ...]
    group_by: tuple[str, ...] | None
    statistic: str

    def matches(self, dimensions: Mapping[str, str]) -> bool:
        """Tell whether a stream's dimensions are asked for."""
        return all(_matches(dimensions.get(name, ""), operator, value) for name, operator, value in self.matchers)

    def group(self, dimensions: Mapping[str, str]) -> dict[str, str]:
        """Return the dimensions of the answer that a stream goes into."""
        if self.group_by is None:
            return dict(dimensions)
        return {name: dimensions[name] for name in self.group_by if name in dimensions}

    def aggregate(self, values: Iterable[float]) -> float:
        """Return the statistic of an interval's values."""
        return _STATISTICS[self.statistic](values)


def parse_mql(text: str) -> Query:
    """Read a query. Raises QueryError."""
    match = _QUERY.fullmatch(text)
    if match is None:
        raise QueryError(f"the query {text!r} is not valid: metric[interval]{{dimensions}}.groupBy(…).statistic()")
    if match["statistic"] not in _STATISTICS:
        raise QueryError(f"{match['statistic']!r} is no statistic that is known here")
    by = None
    if match["group"] == "groupBy":
        by = tuple(name.strip() for name in match["by"].split(",") if name.strip())
        if not by:
            raise QueryError("groupBy needs the name of a dimension")
    elif match["group"] == "grouping":
        by = ()
    matchers = _matchers(match["dimensions"] or "")
    return Query(match["metric"], interval_seconds(match["interval"]), matchers, by, match["statistic"])


def interval_seconds(text: str) -> int:
    """Return an interval: 1m to 60m, 1h to 24h, 1d. Raises QueryError for any other, 61m as well as 0m."""
    match = _INTERVAL.fullmatch(text.strip())
    if match is None or int(match[1]) > _LONGEST[match[2]]:
        raise QueryError(f"the interval {text!r} is not valid: 1m-60m, 1h-24h or 1d")
    return int(match[1]) * _UNIT_SECONDS[match[2]]


def _matchers(text: str) -> tuple[tuple[str, str, str], ...]:
    found = []
    at = 0
    while at < len(text.rstrip()):
        match = _DIMENSION.match(text, at)
        if match is None or text[match.end() : match.end() + 1] not in {"", ","}:
            raise QueryError(f"the dimensions {text!r} are not valid")
        value = match["bare"] if match["quoted"] is None else match["quoted"]
        found.append((match["name"], match["operator"], value))
        at = match.end() + 1
    return tuple(found)


def _matches(held: str, operator: str, value: str) -> bool:
    """Compare; `=~` takes alternatives (`a|b`) and the wildcard `*`."""
    if operator in {"=", "!="}:
        return (held == value) is (operator == "=")
    pattern = "|".join(".*".join(re.escape(part) for part in one.split("*")) for one in value.split("|"))
    return bool(re.fullmatch(pattern, held)) is (operator == "=~")
