"""The name under which users check a tenancy: ``python -m shared.preflight`` is ``ops.preflight``."""

import sys

from ops.preflight.command import main

if __name__ == "__main__":
    sys.exit(main())
