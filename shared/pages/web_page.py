"""A page: its first view in the HTML, its parts beside it or inside it, and a policy that allows nothing else."""

from __future__ import annotations

import base64
import functools
import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from shared.pages import parts
from shared.results import HttpAnswer, json_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment

    from shared.pages.parts import Part

MAX_PART_AGE_SECONDS = 365 * 24 * 3600
HTML_TYPE = "text/html; charset=utf-8"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer", with which a browser sends `Origin: null` with a form (https://fetch.spec.whatwg.org, "append a
    # request Origin header"): a POST of the page itself could not be told from one of another.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_NO_MARKUP = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


@dataclass(frozen=True, slots=True)
class Page:
    """What a function's page is made of.

    ``folder`` has its templates: ``<name>.html``, the whole page, which includes ``view_template``, and
    ``<name>_view.html``, the part of it that changes with what is asked. ``styles`` and ``scripts`` are files
    of its own, after those that all pages have.
    """

    name: str
    folder: Path
    styles: tuple[Path, ...] = ()
    scripts: tuple[Path, ...] = ()

    def style(self) -> Part:
        """Return the style sheet of all pages, the library's and the page's own as one."""
        return parts.part_of(self.name, parts.STATIC / "page.css", parts.CHART_STYLE, *self.styles)

    def script(self) -> Part:
        """Return the script of all pages and the page's own as one module."""
        return parts.part_of(self.name, *(parts.STATIC / each for each in parts.SCRIPTS), *self.scripts)

    def parts(self) -> tuple[Part, ...]:
        """Return all that is served beside the HTML."""
        return (self.style(), parts.chart_library(), self.script())


@dataclass(frozen=True, slots=True)
class View:
    """One view of a page: values for the template, and charts as the script takes them (docs/pages.md).

    ``query`` is what was asked, the pairs of an address. ``part`` is the end of its template's name: ``view`` for all
    that changes, another one for a part that the script asks for later (docs/pages.md).
    """

    title: str
    values: Mapping[str, Any]
    charts: list[dict[str, Any]] = field(default_factory=list)
    query: tuple[tuple[str, str], ...] = ()
    part: str = "view"

    def template(self, page: Page) -> str:
        """Return the name of its template."""
        return f"{page.name}_{self.part}.html"


@dataclass(frozen=True, slots=True)
class Cell:
    """A table's cell that is more than a text: a link, the exact value, a tone (up, down, warn, dim)."""

    text: str
    href: str = ""
    exact: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that answers a question: its label, the number, a note with its tone, the exact value."""

    label: str
    number: str
    note: str = ""
    tone: str = "dim"
    exact: str = ""


def served_page(page: Page, view: View, base: str) -> HttpAnswer:
    """Return the page as a function serves it at the path ``base``."""
    style, library, script = page.parts()
    links: dict[str, Any] = {
        "style_url": part_address(base, style),
        "scripts": [(part_address(base, each), each.source_hash) for each in (library, script)],
    }
    html = _render(page, view, base=base, answers=None, inline=None, **links)
    hashes = " ".join(f"'{each.source_hash}'" for each in (library, script))
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {"Content-Type": HTML_TYPE, "Cache-Control": "no-store", "Content-Security-Policy": policy, **_HEADERS}
    return HttpAnswer(200, headers, html.encode("utf-8", "backslashreplace"))


def view_answer(page: Page, view: View) -> HttpAnswer:
    """Return a view as the script of a served page asks for it."""
    answer = {**_answer(page, view), "query": urlencode(view.query)}
    return json_answer(answer, headers={"Cache-Control": "no-store", **_HEADERS})


def part_answer(page: Page, name: str) -> HttpAnswer | None:
    """Return a part by its name, or None where the page has none of it: another version's, or no part at all."""
    found = next((each for each in page.parts() if each.name == name), None)
    if found is None:
        return None
    headers = {
        "Content-Type": found.media_type,
        "Cache-Control": f"public, max-age={MAX_PART_AGE_SECONDS}, immutable",
        **_HEADERS,
    }
    return HttpAnswer(200, headers, found.content)


def split_path(path: str, kinds: tuple[str, ...]) -> tuple[str, str]:
    """Return the page's own path, and what below it is asked for: nothing, one of ``kinds``, or ``static/<name>``."""
    parts = path.rstrip("/").split("/")
    if len(parts) > 2 and parts[-2] == "static":
        return "/".join(parts[:-2]), "/".join(parts[-2:])
    if parts[-1] in kinds:
        return "/".join(parts[:-1]), parts[-1]
    return "/".join(parts), ""


def single_file(page: Page, view: View, others: tuple[View, ...] = (), ignored: tuple[str, ...] = ("exact",)) -> bytes:
    """Return the page as one file that fetches nothing; it has ``view`` and every other one that it was given.

    Parameters that are ``ignored`` tell no view of the file from another.
    """
    style, library, script = page.parts()
    policy = (
        f"default-src 'none'; script-src '{library.source_hash}' '{script.source_hash}'; "
        f"style-src '{style.source_hash}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    inline = {
        "policy": policy,
        "style": style.content.decode(),
        "scripts": [library.content.decode(), script.content.decode()],
    }
    answers: dict[str, int] = {}
    views: dict[str, int] = {}
    for each in (view, *others):
        answer = json.dumps(_answer(page, each), ensure_ascii=False)
        answers[view_key(each.query, ignored)] = views.setdefault(answer, len(views))
    # No time in the packed bytes: the same views are the same file.
    packed = gzip.compress(f"[{','.join(views)}]".encode("utf-8", "backslashreplace"), mtime=0)
    html = _render(
        page, view, base="", answers=answers, inline=inline, views=base64.b64encode(packed).decode(), ignored=ignored
    )
    return html.encode("utf-8", "backslashreplace")


def part_address(base: str, part: Part) -> str:
    """Return where a served page has a part."""
    return f"{base}/static/{part.name}"


def view_key(query: tuple[tuple[str, str], ...], ignored: tuple[str, ...] = ()) -> str:
    """Return what a view is asked for as one text, the same in whatever order; page.js makes the same one."""
    return json.dumps(
        sorted(pair for pair in query if pair[1] and pair[0] not in ignored), ensure_ascii=False, separators=(",", ":")
    )


def _answer(page: Page, view: View) -> dict[str, Any]:
    template = _templates(page.folder).get_template(view.template(page))
    return {"title": view.title, "html": template.render(view.values), "charts": view.charts}


def _render(page: Page, view: View, *, ignored: tuple[str, ...] = (), **values: object) -> str:
    template = _templates(page.folder).get_template(f"{page.name}.html")
    # The charts come with the HTML, so that the first view is drawn without asking again.
    state = {
        "base": values["base"],
        "answers": values["answers"],
        "views": values.get("views"),
        "ignored": ignored,
        "charts": view.charts,
        "key": view_key(view.query, ignored),
        "query": urlencode(view.query),
    }
    rest = {**values, "page_state": _json_in_html(state), "title": view.title, "view_template": view.template(page)}
    return template.render({**view.values, **rest})


def _json_in_html(value: object) -> Any:  # noqa: ANN401  (markupsafe's class, which is loaded late)
    """Return JSON that cannot end the element that it stands in."""
    from markupsafe import Markup

    return Markup(json.dumps(value, ensure_ascii=False).translate(_NO_MARKUP))  # noqa: S704  (no markup is left in it)


@functools.cache
def _templates(folder: Path) -> Environment:
    """Return the templates of a page and those of all pages; everything that they print is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader([folder, parts.FOLDER / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
