"""A process that forks one child a tick: real processes that can be killed, without their imports each time.

`python -m tests.support.tick_server` reads a JSON object a line (`env`, `keys`, `seconds`, `out`), forks, and prints
the child's process id. The child runs the tick, writes its answer to the file `out` and ends.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from pathlib import Path


def main() -> None:
    """Serve until standard input ends."""
    import oci.container_engine.models  # loaded once, for all children
    import oci.monitoring.models  # noqa: F401

    from tests.support.autoscaler import tick

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children: the kernel collects them
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid:
            print(pid, flush=True)
            continue
        try:
            answer = tick(request["env"], request["keys"], seconds=request["seconds"])
        except BaseException:  # noqa: BLE001  (the test must see whatever it is)
            answer = {"crash": traceback.format_exc()}
        out = Path(request["out"])
        out.with_suffix(".new").write_text(json.dumps(answer))
        out.with_suffix(".new").rename(out)
        os._exit(0)


if __name__ == "__main__":
    main()
