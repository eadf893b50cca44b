"""The name under which schedules call a function: ``python -m shared.invoke`` is ``ops.invoke``."""

import sys

from ops.invoke import main

if __name__ == "__main__":
    sys.exit(main())
