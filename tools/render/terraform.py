"""The generated half of deploy/terraform: a variable a config key, the functions' table, and the console's form.

`functions_variables.tf` has image-independent settings of every function (memory, timeout, each config key),
`functions_config.tf` gathers them, `schema.yaml` is Resource Manager's form of all variables, the hand-written ones
of `variables.tf` included.
"""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING, Any

import hcl2
import yaml

from shared.settings import SettingRow, describe_settings
from tools.suite import MEMORY_SIZES_MB, TIMEOUT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tools.suite import FunctionEntry, Suite

HEADER = "# Rendered by `make func-yaml` from func-common.yaml and functions/*/settings.py: do not edit.\n"
TYPES = {"whole number": "number", "number": "number", "true or false": "bool"}

FORM_TYPES = {
    "tenancy_ocid": "string",
    "region": "oci:identity:region:name",
    "compartment_ocid": "oci:identity:compartment:id",
    "function_subnet_id": "oci:core:subnet:id",
    "gateway_subnet_id": "oci:core:subnet:id",
    "vault_compartment_ocid": "oci:identity:compartment:id",
    "cluster_compartment_ocid": "oci:identity:compartment:id",
    "database_compartment_ocid": "oci:identity:compartment:id",
    "topic_compartment_ocid": "oci:identity:compartment:id",
}
"""Pickers of the console's form; https://docs.oracle.com/en-us/iaas/Content/ResourceManager/Concepts/terraformconfigresourcemanager_topic-schema.htm"""


def files(suite: Suite, root: Path) -> Iterator[tuple[Path, str]]:
    """Return the generated files below deploy/terraform, where the hand-written ones are."""
    folder = root / "deploy" / "terraform"
    if not (folder / "variables.tf").exists():
        return
    functions = [(entry, _rows(root, entry)) for entry in suite.functions]
    yield folder / "functions_variables.tf", HEADER + "\n".join(_variables(entry, rows) for entry, rows in functions)
    yield folder / "functions_config.tf", HEADER + _config(functions)
    yield folder / "schema.yaml", HEADER + _schema(suite, folder, functions)


def _rows(root: Path, entry: FunctionEntry) -> list[SettingRow]:
    """Return the config keys of a function; none while its folder has no settings."""
    if not (root / "functions" / entry.folder / "settings.py").exists():
        return []
    return describe_settings(importlib.import_module(f"functions.{entry.folder}.settings").Settings)


def variable_name(entry: FunctionEntry, key: str) -> str:
    """Return the Terraform variable of a config key."""
    return f"{entry.folder}_{key.lower()}"


MEMORY = """\
variable "{folder}_memory" {{
  description = "Memory of {name} in MB; its share of a CPU follows it."
  type        = number
  default     = {memory_mb}
  validation {{
    condition     = contains([{sizes}], var.{folder}_memory)
    error_message = "One of {sizes}."
  }}
}}
"""
TIMEOUT = """\
variable "{folder}_timeout" {{
  description = "Seconds after which a call of {name} is ended."
  type        = number
  default     = {timeout_seconds}
  validation {{
    condition     = var.{folder}_timeout >= 1 && var.{folder}_timeout <= {longest}
    error_message = "1 to {longest} seconds."
  }}
}}
"""


def _variables(entry: FunctionEntry, rows: list[SettingRow]) -> str:
    words = {
        "folder": entry.folder,
        "name": entry.name,
        "memory_mb": entry.memory_mb,
        "timeout_seconds": entry.timeout_seconds,
        "sizes": ", ".join(map(str, MEMORY_SIZES_MB)),
        "longest": TIMEOUT_SECONDS,
    }
    return "\n".join([MEMORY.format(**words), TIMEOUT.format(**words), *(_variable(entry, row) for row in rows)])


def _variable(entry: FunctionEntry, row: SettingRow) -> str:
    name = variable_name(entry, row.name)
    lines = [
        f"description = {_text(_meaning(row))}",
        f"type        = {TYPES.get(row.type, 'string')}",
        "default     = null",
    ]
    if row.secret:
        lines.append("sensitive   = true")
    body = "".join(f"  {line}\n" for line in lines)
    return f'variable "{name}" {{\n{body}{_choice(name, row)}}}\n'


def _choice(name: str, row: SettingRow) -> str:
    """Return the validation of a key with a fixed set of words."""
    options = _options(row)
    if not options:
        return ""
    condition = f"var.{name} == null || contains({json.dumps(options)}, coalesce(var.{name}, {_text(options[0])}))"
    return (
        f'  validation {{\n    condition     = {condition}\n    error_message = "One of {", ".join(options)}."\n  }}\n'
    )


def _options(row: SettingRow) -> list[str]:
    return [part.strip("`") for part in row.type.split(" or ")] if row.type.startswith("`") else []


def _meaning(row: SettingRow) -> str:
    return f"{row.doc} Needed by the function." if row.required else row.doc


def _config(functions: list[tuple[FunctionEntry, list[SettingRow]]]) -> str:
    """Return the locals: what each function is deployed with, its config without unset keys, and its required keys."""
    lines = ["locals {", "  functions = {"]
    for entry, _ in functions:
        lines += [
            f"    {entry.name} = {{",
            f"      memory  = var.{entry.folder}_memory",
            f"      timeout = var.{entry.folder}_timeout",
            "    }",
        ]
    lines += ["  }", "", "  function_config = {"]
    for entry, rows in functions:
        lines += _set_keys(entry, rows)
    lines += ["  }", "", "  required_config = {"]
    width = max(len(entry.name) for entry, _ in functions)
    for entry, rows in functions:
        lines.append(f"    {entry.name.ljust(width)} = {json.dumps([row.name for row in rows if row.required])}")
    return "\n".join([*lines, "  }", "}"]) + "\n"


def _set_keys(entry: FunctionEntry, rows: list[SettingRow]) -> list[str]:
    """Return the map of a function's keys that are set.

    A secret in it would make a secret of which keys there are, and so of which policies are made of them, which
    Terraform refuses (`for_each`). Whether one is set is no secret, so secrets are looked at apart.
    """
    plain, secret = [row for row in rows if not row.secret], [row for row in rows if row.secret]
    keys = _assignments(entry, plain)
    is_set = "key => tostring(value) if"
    if not secret:
        body = [f"      {key}" for key in keys]
        return [f"    {entry.name} = {{ for key, value in {{", *body, f"    }} : {is_set} value != null }}"]
    return [
        f"    {entry.name} = merge({{ for key, value in {{",
        *(f"      {key}" for key in keys),
        f"      }} : {is_set} value != null }},",
        "      { for key, value in {",
        *(f"        {key}" for key in _assignments(entry, secret)),
        f"      }} : {is_set} nonsensitive(value != null) }}",
        "    )",
    ]


def _assignments(entry: FunctionEntry, rows: list[SettingRow]) -> list[str]:
    width = max((len(row.name) for row in rows), default=0)
    return [f"{row.name.ljust(width)} = var.{variable_name(entry, row.name)}" for row in rows]


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def _schema(suite: Suite, folder: Path, functions: list[tuple[FunctionEntry, list[SettingRow]]]) -> str:
    own = hand_written(folder)
    groups: list[dict[str, Any]] = [{"title": "Tenancy, network and images", "variables": list(own)}]
    variables = {name: _own_field(name, body) for name, body in own.items()}
    for entry, rows in functions:
        fields: dict[str, Any] = {
            f"{entry.folder}_memory": _field("Memory (MB)", "enum", "", list(map(str, MEMORY_SIZES_MB))),
            f"{entry.folder}_timeout": _field("Timeout (s)", "number", f"At most {TIMEOUT_SECONDS}.", []),
        }
        fields[f"{entry.folder}_memory"]["default"] = str(entry.memory_mb)
        fields.update({variable_name(entry, row.name): _row_field(row) for row in rows})
        groups.append({"title": entry.name, "variables": list(fields)})
        variables.update(fields)
    document = {
        "schemaVersion": "1.1.0",
        "version": suite.version,
        "locale": "en",
        "title": "OCI functions suite",
        "description": "oke-autoscaler, adw-billing, codecard-avatar and request-context with their policies.",
        "variableGroups": groups,
        "variables": variables,
    }
    return yaml.safe_dump(document, sort_keys=False, width=110, allow_unicode=True)


def hand_written(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the variables of variables.tf: name to its attributes."""
    document = hcl2.loads((folder / "variables.tf").read_text(encoding="utf-8"))
    return {_plain(name): body for block in document["variable"] for name, body in block.items()}


def _own_field(name: str, body: dict[str, Any]) -> dict[str, Any]:
    field = _field(name.replace("_", " ").capitalize(), "string", _plain(str(body["description"])), [])
    kind = str(body["type"]).strip("${}")
    field["type"] = FORM_TYPES.get(name, {"bool": "boolean", "number": "number"}.get(kind, "string"))
    if kind.startswith("set("):
        field |= {"type": "array", "items": {"type": "string"}}
    field["required"] = "default" not in body
    if name == "tenancy_ocid":
        field["visible"] = False  # Resource Manager fills it in
    return field


def _row_field(row: SettingRow) -> dict[str, Any]:
    options = _options(row)
    kind = {"number": "number", "bool": "boolean"}.get(TYPES.get(row.type, ""), "enum" if options else "string")
    return _field(row.name, "password" if row.secret else kind, _meaning(row), options)


def _field(title: str, kind: str, description: str, options: list[str]) -> dict[str, Any]:
    field: dict[str, Any] = {"title": title, "type": kind, "required": False}
    if description:
        field["description"] = description
    if options:
        field["enum"] = options
    return field


def _plain(text: str) -> str:
    """Return a name or text of python-hcl2 without its quotes."""
    return text.strip('"')
