"""Entry point of `make demo`: ``python -m tools.demo``."""

import sys

from tools.demo.command import main

sys.exit(main(sys.argv[1:]))
