"""The functions of a tree as the fn CLI reads them: every `functions/*/func.yaml`, and `functions/app.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFAULT_MEMORY_MB = 128
DEFAULT_TIMEOUT_SECONDS = 30
DEFAULT_IDLE_TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class FunctionFolder:
    """One function: what its func.yaml says. `config` holds the app's configuration too; the function's own wins.

    `triggers` maps a trigger's name to its source path.
    """

    name: str
    folder: Path
    memory_mb: int = DEFAULT_MEMORY_MB
    timeout_seconds: int = DEFAULT_TIMEOUT_SECONDS
    idle_timeout_seconds: int = DEFAULT_IDLE_TIMEOUT_SECONDS
    config: Mapping[str, str] = field(default_factory=dict)
    triggers: Mapping[str, str] = field(default_factory=dict)


def find_functions(functions_folder: Path) -> tuple[str, list[FunctionFolder]]:
    """Return the app's name and its functions, ordered by name. A folder without func.yaml is none."""
    app_file = functions_folder / "app.yaml"
    app = _read(app_file) if app_file.exists() else {}
    found = [_function(file, _texts(app.get("config"))) for file in functions_folder.glob("*/func.yaml")]
    return str(app.get("name") or functions_folder.name), sorted(found, key=lambda function: function.name)


def _function(file: Path, app_config: dict[str, str]) -> FunctionFolder:
    declared = _read(file)
    triggers = {str(each["name"]): str(each["source"]) for each in declared.get("triggers") or []}
    return FunctionFolder(
        name=str(declared["name"]),
        folder=file.parent,
        memory_mb=int(declared.get("memory", DEFAULT_MEMORY_MB)),
        timeout_seconds=int(declared.get("timeout", DEFAULT_TIMEOUT_SECONDS)),
        idle_timeout_seconds=int(declared.get("idle_timeout", DEFAULT_IDLE_TIMEOUT_SECONDS)),
        config={**app_config, **_texts(declared.get("config"))},
        triggers=triggers,
    )


def _read(file: Path) -> dict[str, Any]:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise TypeError(f"{file} does not hold a mapping")
    return content


def _texts(value: object) -> dict[str, str]:
    return {str(key): str(text) for key, text in value.items()} if isinstance(value, dict) else {}
