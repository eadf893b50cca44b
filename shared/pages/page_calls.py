"""A call of a page, answered: the page, a view of it, one of its parts, or what is wrong, each in its form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.errors import BadRequest, FunctionError, NotFromThisPage, PageTooOld
from shared.pages import web_page
from shared.pages.web_page import View
from shared.results import HttpAnswer, json_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.pages.web_page import Page

DATA = "data"
"""What is below a page's path for its script: the view as JSON."""


def answer_page_call(
    page: Page,
    path: str,
    summary: dict[str, object],
    answer: Callable[[str, str], HttpAnswer],
    *,
    kinds: tuple[str, ...] = (DATA,),
    askers_faults: tuple[type[FunctionError], ...] = (BadRequest,),
    refusals: tuple[type[FunctionError], ...] = (),
) -> HttpAnswer:
    """Return what ``answer`` makes of the page's own path and of the kind that is asked for below it.

    Never raises a FunctionError: a page says what is wrong as a page (its template ``<name>_error.html``), everything
    below it as JSON; the status is 400 for ``askers_faults``, 403 for ``refusals`` and a form of another page, and 503
    for all others.
    For a POST ``answer`` takes the form with ``page_posts.posted_form``.
    """
    base, kind = web_page.split_path(path, kinds)
    if kind.startswith("static/"):
        return web_page.part_answer(page, kind.removeprefix("static/")) or _no_such_part()
    summary["page"] = kind or page.name
    try:
        return answer(base, kind)
    except FunctionError as error:
        summary.update(outcome="error", reason=error.reason, error=error.message[:500])
        status = _status(error, askers_faults, refusals)
        if kind:
            return json_answer(error.to_body(), status=status, headers={"Cache-Control": "no-store"})
        view = View(f"{page.name.capitalize()}: {error.reason}", {"error": error, "base": base}, part="error")
        shown = web_page.served_page(page, view, base)
        return HttpAnswer(status, shown.headers, shown.body)


def page_fault(page: Page, path: str, error: FunctionError, *, kinds: tuple[str, ...] = (DATA,)) -> HttpAnswer:
    """Return a fault that came before the page was asked, such as a wrong config, in the form that was asked for."""

    def answer(_base: str, _kind: str) -> HttpAnswer:
        raise error

    return answer_page_call(page, path, {}, answer, kinds=kinds, askers_faults=())


def _status(
    error: FunctionError, askers_faults: tuple[type[FunctionError], ...], refusals: tuple[type[FunctionError], ...]
) -> int:
    if isinstance(error, (NotFromThisPage, PageTooOld, *refusals)):
        return 403
    return 400 if isinstance(error, askers_faults) else 503


def _no_such_part() -> HttpAnswer:
    return json_answer({"error": {"reason": "not-found", "message": "the page has no such part"}}, status=404)
