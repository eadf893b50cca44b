"""`oci-functions autoscaler page`: the cluster page as one file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from shared.errors import FunctionError

if TYPE_CHECKING:
    import argparse

EXIT_UNREADABLE = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `page`."""
    parser.add_argument("--snapshot", metavar="FILE", help="a snapshot file instead of a live cluster")
    parser.add_argument(
        "--out", default=Path("out/cluster.html"), type=Path, metavar="HTML", help="default: %(default)s"
    )


def run(options: argparse.Namespace) -> int:
    """Write the page; 2 with a JSON error where cluster, snapshot or file cannot be used."""
    from functions.oke_autoscaler.cluster_page.cluster_routes import PAGE
    from functions.oke_autoscaler.cluster_page.cluster_view import Looked, cluster_view
    from functions.oke_autoscaler.explain.command import read_input
    from shared.pages.page_file import write_page
    from shared.pages.web_page import single_file

    def content() -> bytes:
        return single_file(PAGE, cluster_view(Looked(*read_input(options.snapshot))))

    try:
        sys.stdout.write(f"{write_page(options.out, content)}\n")
    except FunctionError as error:
        sys.stdout.buffer.write(msgspec.json.encode(error.to_body()) + b"\n")
        return EXIT_UNREADABLE
    return 0
