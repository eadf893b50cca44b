"""`python -m functions.oke_autoscaler explain`: `oci-functions autoscaler explain` where click is not installed."""

from __future__ import annotations

import sys

from functions.oke_autoscaler.explain.command import main

if __name__ == "__main__":
    if sys.argv[1:2] != ["explain"]:
        sys.exit("usage: python -m functions.oke_autoscaler explain (--snapshot FILE | --live) [--text]")
    sys.exit(main(sys.argv[2:]))
