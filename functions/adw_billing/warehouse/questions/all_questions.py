"""All questions, in the order in which their views are made: a view comes after those that it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.warehouse.questions.day_costs import DAY
from functions.adw_billing.warehouse.questions.days import DAYS
from functions.adw_billing.warehouse.questions.lines import LINE
from functions.adw_billing.warehouse.questions.months import MONTHS
from functions.adw_billing.warehouse.questions.prices import PRICES
from functions.adw_billing.warehouse.questions.special_lines import SPECIAL_LINES
from functions.adw_billing.warehouse.questions.sums import SUMS

if TYPE_CHECKING:
    from functions.adw_billing.warehouse.questions.question import Question

QUESTIONS: tuple[Question, ...] = (LINE, DAY, *MONTHS, *PRICES, *SPECIAL_LINES, *DAYS, SUMS)
"""Each with its name for the command line, its view and the view's columns."""
