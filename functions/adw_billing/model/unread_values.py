"""Values that are not what their column says: where a row is kept all the same, and its own text with it.

Real files have `-`, `N`, `false` or `(null)` where a number or a moment is expected. In a column that nothing is summed
up by such a text costs no row: the value is NULL, and the text stands in `other_columns` under the column's header. So
do tags of FOCUS reports that are no JSON object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.model.tables import COST_SUM, DATA, DAY_COLUMN, QUANTITY_SUM

if TYPE_CHECKING:
    from functions.adw_billing.model.headers import Layout

UNREAD_REASONS = frozenset({"bad-number", "bad-time", "bad-tags"})
"""Why a value is not read. A number that is one and cannot be kept exactly (`not-exact`) still quarantines its row."""


TAGS_HEADER = "Tags"


def column_keys(layout: Layout) -> dict[int, str]:
    """Return the members of `other_columns` that unread values go to, by position, of the columns that may have some.

    The columns of the sums and of the usage day have none: a row whose cost, quantity or day is unknown would make
    every sum wrong without a word.
    """
    dialect = layout.dialect
    summed = {*COST_SUM[dialect].columns, *QUANTITY_SUM[dialect].columns, DAY_COLUMN[dialect]}
    names = {position: name for name, position in layout.columns.items() if name not in summed}
    # a second column of the same header has its own member already
    taken = {name for name, _ in layout.others}
    found = {}
    for position in (*layout.value_types, *layout.tag_texts):
        if position in names:
            key = DATA[dialect].column(names[position]).header or TAGS_HEADER
            while key in taken:
                key += "#unread"
            taken.add(key)
            found[position] = key
    return found
