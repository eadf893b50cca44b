"""Which rows are corrections: the one rule of all views on both engines, in words that both understand.

Oracle's FOCUS reports have ChargeCategory `Adjustment` where a cost report has `lineItem/isCorrection` = true, and an
empty ChargeSubcategory always (docs.oracle.com, costusagereportsoverview.htm, "FOCUS Cost Report Schema"); FOCUS 1.0
and later say it with ChargeClass `Correction`.
"""

from __future__ import annotations

LINE_ITEM_CORRECTION = "LOWER(lineItem_isCorrection) = 'true'"
"""Of a row of a cost or usage report; NULL, as false, says that it is none."""
FOCUS_CORRECTION = "(LOWER(ChargeCategory) = 'adjustment' OR LOWER(ChargeClass) = 'correction')"
"""Of a row of a FOCUS report, with a back-reference or without."""
