"""Tables in README.md and docs/*.md between ``<!-- generated: WHAT -->`` and ``<!-- end generated -->``.

WHAT is one of

* ``settings FOLDER``: the config keys of functions/FOLDER/settings.py
* ``config``: every key with its Terraform variable
* ``errors``: every error reason of the shared library and of all functions; ``errors FOLDER``: those of one function
* ``wider-rights``: rights of deploy/terraform that name no resource, with the reason
* ``functions``: name, memory, timeout and trigger of each
* ``house``: the picture of the contracts of imports; ``modules FOLDER``: every module below it with its first line
* ``three-numbers``, ``demo-end``: README's figures with their pictures, as `make pictures` measured them
* ``firmwares``: what the panel of each firmware of the card shows, by the way of publishing
* ``fonts``: the badge's font files and their sizes
* ``ddl ENGINE``: the tables and views of adw-billing for ``duckdb`` or ``oracle``
"""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING

from shared.errors import FunctionError, tree
from shared.settings import SettingRow, describe_settings
from tools import firmware_table, house, readme_numbers
from tools.fonts import size_table
from tools.render.terraform import variable_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tools.suite import Suite

PARTS: dict[str, Callable[[Path], str]] = {
    **readme_numbers.PARTS,
    "firmwares": lambda _: firmware_table.table(),
    "fonts": size_table.table,
}
_BLOCK = re.compile(r"(?P<start><!-- generated: (?P<what>[^>]*?) -->\n).*?(?P<end><!-- end generated -->)", re.DOTALL)


def files(suite: Suite, root: Path) -> Iterator[tuple[Path, str]]:
    """Every document that has a generated table. Raises ValueError for a WHAT that is not known."""
    for path in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
        if path.exists():
            text = path.read_text(encoding="utf-8")
            filled = _BLOCK.sub(lambda block: block["start"] + _table(suite, root, block["what"]) + block["end"], text)
            if _BLOCK.search(text):
                yield path, filled


def _table(suite: Suite, root: Path, what: str) -> str:
    match what.split():
        case ["settings", folder]:
            text = settings_table(describe_settings(importlib.import_module(f"functions.{folder}.settings").Settings))
        case ["config"]:
            text = config_table(suite, root)
        case ["errors", *only]:
            text = errors_table(suite, root, *only)
        case ["wider-rights"]:
            return wider_rights_table()
        case ["functions"]:
            text = functions_table(suite, root)
        case ["house"]:
            text = house.picture(root)
        case ["modules", folder]:
            text = house.module_map(root, folder)
        case ["three-numbers" | "demo-end" | "firmwares" | "fonts"]:
            text = PARTS[what](root)
        case ["ddl", "duckdb" | "oracle" as engine]:
            text = ddl(engine)
        case _:
            raise ValueError(f"nothing is known to generate for: {what}")
    return text


def settings_table(rows: Iterable[SettingRow]) -> str:
    """Key, type, default and meaning of each config key."""
    lines = ["| key | type | default | meaning |", "| --- | --- | --- | --- |"]
    for row in rows:
        default = "required" if row.required else f"`{row.default}`" if row.default else ""
        lines.append(f"| `{row.name}` | {_cell(row.type)} | {_cell(default)} | {_cell(row.doc)} |")
    return "\n".join(lines) + "\n"


def config_table(suite: Suite, root: Path) -> str:
    """Return function, config key, Terraform variable and default of every key; settings tables have their meaning."""
    lines = ["| function | config key | variable of deploy/terraform | default |", "| --- | --- | --- | --- |"]
    for entry in suite.present(root):
        for row in describe_settings(importlib.import_module(f"functions.{entry.folder}.settings").Settings):
            default = "required" if row.required else f"`{row.default}`" if row.default else ""
            lines.append(f"| {entry.name} | `{row.name}` | `{variable_name(entry, row.name)}` | {_cell(default)} |")
    return "\n".join(lines) + "\n"


def errors_table(suite: Suite, root: Path, only: str = "") -> str:
    """Reason, the function that gives it (all of them where the shared library does), meaning and remedy.

    With ``only`` (a folder) just the reasons that this function has beside the shared library's.
    """
    names = {entry.folder: entry.name for entry in suite.present(root)}
    lines = ["| reason | of | meaning | what to do |", "| --- | --- | --- | --- |"]
    for error in _errors(root, list(names)):
        if not only or error.__module__ == f"functions.{only}.errors":
            owner = names.get(error.__module__.split(".")[1], "all")
            lines.append(f"| `{error.reason}` | {owner} | {_cell(error.meaning)} | {_cell(error.remedy)} |")
    return "\n".join(lines) + "\n"


def _errors(root: Path, folders: list[str]) -> list[type[FunctionError]]:
    """Return the errors with a reason of their own: the shared library's, then each function's, and no others."""
    own_files = [folder for folder in folders if (root / "functions" / folder / "errors.py").exists()]
    modules = ["shared.errors", *(f"functions.{folder}.errors" for folder in own_files)]
    for module in modules:
        importlib.import_module(module)
    found = [error for error in tree() if error is not FunctionError and error.__module__ in modules]
    reasons = {error.reason for error in found if "reason" in vars(error)}
    own = [error for error in found if "reason" in vars(error) or error.reason not in reasons]
    return sorted(own, key=lambda error: modules.index(error.__module__))


def wider_rights_table() -> str:
    """Each right that is wider than a named resource, with the reason."""
    from tools.checks.policies import LIMITS, LISTS, WIDER

    lines = ["| who | may | why no resource is named |", "| --- | --- | --- |"]
    lines += [f"| {who} | {LIMITS[who][what]} {what} | {_cell(reason)} |" for (who, what), reason in WIDER.items()]
    lines += [f"| {who} | inspect {what} | {_cell(reason)} |" for (who, what), reason in LISTS.items()]
    return "\n".join(lines) + "\n"


def functions_table(suite: Suite, root: Path) -> str:
    """Name, memory, timeout and trigger of each function."""
    lines = ["| function | memory (MB) | timeout (s) | trigger | page |", "| --- | ---: | ---: | --- | --- |"]
    for entry in suite.present(root):
        triggers = ", ".join(f"`/t/{suite.app}{source}`" for source in entry.triggers.values()) or "none: signed calls"
        page = f"[docs/{entry.name}.md](docs/{entry.name}.md)"
        lines.append(f"| `{entry.name}` | {entry.memory_mb} | {entry.timeout_seconds} | {triggers} | {page} |")
    return "\n".join(lines) + "\n"


def ddl(engine: str) -> str:
    """Return the statements that make the warehouse of adw-billing, tables before indexes and views."""
    from functions.adw_billing.model import tables
    from functions.adw_billing.warehouse.ddl import duckdb_create, oracle_create
    from functions.adw_billing.warehouse.duckdb import sql as duckdb_sql
    from functions.adw_billing.warehouse.duckdb import views as duckdb_views
    from functions.adw_billing.warehouse.oracle import views as oracle_views
    from functions.adw_billing.warehouse.oracle.migration import schema as oracle_schema
    from functions.adw_billing.warehouse.oracle.names import DEFAULT_NAMES, text_of

    if engine == "oracle":
        made = [oracle_create(table, DEFAULT_NAMES(table), DEFAULT_NAMES.primary_key(table)) for table in tables.ALL]
        more = [*oracle_schema.INDEXES.values(), *oracle_views.create_statements().values()]
        made += [text_of(statement, DEFAULT_NAMES) for statement in more]
    else:
        made = [duckdb_create(table) for table in tables.ALL if table is not tables.BILLING]
        made += [duckdb_sql.billing_view(frozenset()), *duckdb_views.create_statements()]
    return "".join(f"```sql\n{_wrapped(statement.strip())};\n```\n\n" for statement in made)


def _wrapped(statement: str) -> str:
    """Return a statement that stands on one line, broken before its parts."""
    return statement if "\n" in statement else re.sub(r" (?=SELECT |FROM |WHERE |UNION )", "\n", statement)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
