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
        "--what-if",
        action="append",
        metavar="KEY=VALUE",
        help="show what would be: a config key or a key of pools, as max_size=20 or pool.max_size=20",
    )
    parser.add_argument(
        "--out", default=Path("out/cluster.html"), type=Path, metavar="HTML", help="default: %(default)s"
    )


def run(options: argparse.Namespace) -> int:
    """Write the page; 2 with a JSON error where cluster, snapshot or file cannot be used."""
    from functions.oke_autoscaler.cluster_page.asked_cluster import asked_of_cluster
    from functions.oke_autoscaler.cluster_page.cluster_look import look_at_file, look_at_live
    from functions.oke_autoscaler.cluster_page.cluster_routes import PAGE
    from functions.oke_autoscaler.cluster_page.cluster_view import cluster_view
    from shared.pages.page_file import write_page
    from shared.pages.web_page import single_file

    def content() -> bytes:
        asked = asked_of_cluster(("what_if", each) for each in options.what_if or ())
        looked = look_at_live(asked) if options.snapshot is None else look_at_file(options.snapshot, asked)
        return single_file(PAGE, cluster_view(looked))

    try:
        sys.stdout.write(f"{write_page(options.out, content)}\n")
    except FunctionError as error:
        sys.stdout.buffer.write(msgspec.json.encode(error.to_body()) + b"\n")
        return EXIT_UNREADABLE
    return 0
