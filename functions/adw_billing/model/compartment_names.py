"""What a compartment is called where the compartment tree does not know it: by its name, told from others of that name.

Compartments of several parents may have one name, and reports have the name without its path: cost of `prod` in one
project must not be added to that of `prod` in another. Expressions that both engines read.
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
