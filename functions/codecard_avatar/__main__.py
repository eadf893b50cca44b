"""`python -m functions.codecard_avatar render`: `oci-functions badge render` where click is not installed."""

from __future__ import annotations

import argparse
import sys

from functions.codecard_avatar import command_line


def main(arguments: list[str] | None = None) -> int:
    """Draw a badge without any cloud; 2 when the name, the background or a file cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m functions.codecard_avatar", description="A badge without any cloud."
    )
    command_line.add_arguments(
        parser.add_subparsers(required=True).add_parser("render", help="draw one badge into files")
    )
    options = parser.parse_args(arguments)
    try:
        return command_line.render(options)
    except argparse.ArgumentError as fault:
        parser.error(str(fault))


if __name__ == "__main__":
    sys.exit(main())
