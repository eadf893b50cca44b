"""`python -m bench [PART …]`: run the parts (all by default) and print one table."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys

import bench
from bench.table import HEAD, Row, line


def parts() -> list[str]:
    """Return the names of the modules of this package that hold a part: those called ``part_<name>``."""
    found = [module.name for module in pkgutil.iter_modules(bench.__path__)]
    return sorted(name.removeprefix("part_") for name in found if name.startswith("part_"))


def main(arguments: list[str]) -> int:
    """Run each part and print each figure as it is known, with the command that measures its part alone.

    Returns 1 when a bar was missed.
    """
    parser = argparse.ArgumentParser(prog="python -m bench", description="Run the measurements and print one table.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"one of {', '.join(parts())} (default: all)")
    wanted = parser.parse_args(arguments).parts or parts()
    if unknown := sorted(set(wanted) - set(parts())):
        parser.error(f"unknown part: {', '.join(unknown)}; there are {', '.join(parts())}")
    every: list[Row] = []
    print(HEAD, flush=True)
    for name in wanted:
        for row in importlib.import_module(f"bench.part_{name}").rows():
            print(line(row, f"python -m bench {name}"), flush=True)
            every.append(row)
    missed = [row.name for row in every if row.holds is False]
    print(f"\n{len(every)} figures, {len(missed)} bars missed{': ' + ', '.join(missed) if missed else ''}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
