"""``python -m ml.demo MODELS_DIR STATUS_FILE``: the process that makes the demo models beside a service.

It gives way to those who serve, and has a bound of memory: a small machine loses a demo model then, not the service.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from pathlib import Path

MEMORY = 1024 * 1024 * 1024  # bytes; it takes a quarter of that
NICE = 15


def main(models: str, file: str) -> int:
    """Train the demo models."""
    parent = os.getppid()
    os.nice(NICE)
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard), hard))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # files that are half made are removed on the way out

    import logging

    logging.basicConfig(level="INFO", stream=sys.stdout, format="%(levelname)s %(name)s %(message)s")
    from ml.demo.make import make_all

    make_all(Path(models), Path(file), lambda: os.getppid() == parent)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(1)
