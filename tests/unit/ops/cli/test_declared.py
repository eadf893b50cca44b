"""An argument that is declared to argparse is read the same way by click."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from ops.cli.declared import command


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", help="what to call")
    parser.add_argument("--flag", action="store_true")
    parser.add_argument("--count", type=int, default=3, help="so many (default: %(default)s)")
    parser.add_argument("--ratio", type=float)
    parser.add_argument("--folder", type=Path, default=Path("out"))
    parser.add_argument("--data", metavar="FILE", default="")
    parser.add_argument("--two-words", choices=("a", "b"), default="a")
    parser.add_argument("--needed", required=True)


def read_by_click(words: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def keep(options: argparse.Namespace) -> int:
        found.update(vars(options))
        return 7

    done = CliRunner().invoke(command("c", add_arguments, keep, help="h", example="c"), words)
    assert done.exit_code == 7, done.output
    return found


@pytest.mark.parametrize(
    "words",
    [
        ["t", "--needed", "n"],
        ["t", "--needed=n", "--flag", "--count", "5", "--ratio", "0.5"],
        ["--needed", "n", "--folder", "x/y", "--data", "-", "--two-words", "b", "t"],
    ],
    ids=" ".join,
)
def test_both_read_the_same_values(words: list[str]) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    assert read_by_click(words) == vars(parser.parse_args(words))


@pytest.mark.parametrize(
    "words",
    [["--needed", "n"], ["t"], ["t", "--needed", "n", "--count", "x"], ["t", "--needed", "n", "--two-words", "c"]],
    ids=" ".join,
)
def test_both_refuse_the_same_words(words: list[str]) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(words)
    done = CliRunner().invoke(command("c", add_arguments, lambda _: 0, help="h", example="c"), words)
    assert done.exit_code == 2


def test_help_names_the_default() -> None:
    made = command("c", add_arguments, lambda _: 0, help="h", example="c")
    text = made.get_help(click.Context(made))
    assert "so many (default: 3)" in text
    assert "what to call" in text


def test_a_rule_over_several_arguments_is_a_usage_error() -> None:
    def refuse(_: argparse.Namespace) -> int:
        raise argparse.ArgumentError(None, "not both")

    done = CliRunner().invoke(command("c", add_arguments, refuse, help="h", example="c"), ["t", "--needed", "n"])
    assert (done.exit_code, "Error: not both" in done.stderr) == (2, True)
