"""What a row of the daily summary means, in expressions that both engines read: whether it counts, its compartment.

Compartments of several parents may have one name, and reports have the name without its path: cost of `prod` in one
project must not be added to that of `prod` in another. So where the compartment tree does not know a compartment, its
name is told from others of that name.
"""

from __future__ import annotations


def twins(daily: str) -> str:
    """Return a query for the names, as `twin`, that several compartments of a tenancy, `twin_tenancy`, have.

    ``daily`` names the summary, which has each compartment of a day in a few rows.
    """
    return (
        f"SELECT tenancy_id AS twin_tenancy, compartment_name AS twin FROM {daily} WHERE compartment_name IS NOT NULL "
        "GROUP BY tenancy_id, compartment_name HAVING MIN(compartment_id) <> MAX(compartment_id)"
    )


def own_name(twin: str, name: str, compartment_id: str) -> str:
    """Return the name, with the end of the OCID where ``twin`` has the name; the OCID where there is no name."""
    marked = f"{twin} || ' (' || COALESCE(SUBSTR({compartment_id}, -6), '?') || ')'"
    return f"CASE WHEN {twin} IS NOT NULL THEN {marked} ELSE COALESCE({name}, {compartment_id}) END"


def counts(row: str, daily: str, period: str = "") -> str:
    """Return the condition on a row of the summary: one of a cost report, or one of a day without any cost report.

    ``daily`` names the summary; ``period``, a condition on `usage_day`, is that of the rows that are asked for.
    """
    # The days are made distinct first: the summary has hundreds of rows of each, and an engine that looks for a day
    # among all of them takes twice as long for the whole question (`python -m bench costs_page`).
    days = f"SELECT DISTINCT tenancy_id, usage_day FROM {daily} WHERE dialect = 'cost'{period}"
    same = f"costs.tenancy_id = {row}.tenancy_id AND costs.usage_day = {row}.usage_day"
    return f"({row}.dialect = 'cost' OR NOT EXISTS (SELECT 1 FROM ({days}) costs WHERE {same}))"
