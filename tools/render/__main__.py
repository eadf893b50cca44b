"""Entry point of `make func-yaml`: ``python -m tools.render``."""

import sys

from tools.render.command import main

sys.exit(main(sys.argv[1:]))
