"""What the local cloud reads from a tree of functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emulator.fn_server.function_folders import find_functions

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, text: str) -> None:
    folder.mkdir(parents=True)
    (folder / "func.yaml").write_text(text)


def test_a_functions_own_config_wins_over_the_apps(tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_text("name: suite\nconfig: {a: app, b: 1}\n")
    write(
        tmp_path / "x",
        "name: x\nmemory: 256\ntimeout: 120\nidle_timeout: 60\nconfig: {a: own}\n"
        "triggers: [{name: t, type: http, source: /x/y}]\n",
    )
    app, (function,) = find_functions(tmp_path)
    assert (app, function.name, function.folder) == ("suite", "x", tmp_path / "x")
    assert (function.memory_mb, function.timeout_seconds, function.idle_timeout_seconds) == (256, 120, 60)
    assert function.config == {"a": "own", "b": "1"}
    assert function.triggers == {"t": "/x/y"}


def test_what_is_not_said_has_fns_defaults(tmp_path: Path) -> None:
    write(tmp_path / "b", "name: b\n")
    write(tmp_path / "a", "name: a\n")
    (tmp_path / "data").mkdir()
    app, functions = find_functions(tmp_path)
    assert app == tmp_path.name
    assert [function.name for function in functions] == ["a", "b"]
    assert (functions[0].memory_mb, functions[0].timeout_seconds, functions[0].config) == (128, 30, {})


def test_a_file_that_holds_no_mapping_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a", "- 1\n")
    with pytest.raises(TypeError, match="does not hold a mapping"):
        find_functions(tmp_path)
