"""The limits of size: what is one line, one level or one module too much is named, and what is at the limit is not."""

from __future__ import annotations

from pathlib import Path

from tools.checks import limits

HERE = Path("functions/x/module.py")


def test_a_function_of_40_lines_is_allowed_and_one_of_41_is_not() -> None:
    body = "    a = 1\n"
    assert list(limits.breaches(HERE, "def f():\n" + body * 39)) == []
    assert list(limits.breaches(HERE, "def f():\n" + body * 40)) == [f"{HERE}:1: f has 41 lines, at most 40"]


def test_a_module_of_301_lines_and_a_handler_of_11_are_too_long() -> None:
    assert list(limits.breaches(HERE, "a = 1\n" * 300)) == []
    assert list(limits.breaches(HERE, "a = 1\n" * 301)) == [f"{HERE}:1: 301 lines, at most 300"]
    assert list(limits.breaches(HERE.with_name("func.py"), "a = 1\n" * 11)) != []


def test_an_elif_is_no_level_of_its_own() -> None:
    deep = "def f():\n if a:\n  pass\n elif b:\n  if c:\n   if d:\n    {}"
    assert list(limits.breaches(HERE, deep.format("pass\n"))) == []
    assert list(limits.breaches(HERE, deep.format("if e:\n     pass\n"))) == [
        f"{HERE}:1: f is nested 4 deep, at most 3"
    ]


def test_a_folder_of_21_modules_is_crowded_and_its_init_is_not_counted(tmp_path: Path) -> None:
    room = tmp_path / "shared" / "room"
    room.mkdir(parents=True)
    for number in range(20):
        (room / f"m{number}.py").touch()
    (room / "__init__.py").touch()
    assert list(limits.crowded(tmp_path, ["shared"])) == []
    (room / "one_more.py").touch()
    assert list(limits.crowded(tmp_path, ["shared"])) == ["shared/room: 21 modules, at most 20"]
