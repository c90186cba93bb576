"""All figures, one script after the other: rough ones with make bench, in full with make bench BENCH=all.

``jobs.py`` installs MLflow and takes a quarter of an hour; ``blanks.py`` and ``asknext.py`` measure choices that are
made already and take minutes: run them alone.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCRIPTS = (
    "service.py",
    "start.py",
    "post.py",
    "edits.py",
    "page.py",
    "hold.py",
    "records.py",
    "predictors.py",
    "adding.py",
    "metrics.py",
)


def main() -> int:
    """Run each script; say which failed."""
    failed = []
    for script in SCRIPTS:
        print(f"\n== {script}", flush=True)
        command = [sys.executable, str(HERE / script), *([] if "all" in sys.argv else ["--short"])]
        if subprocess.run(command, cwd=HERE.parents[1], check=False).returncode:
            failed.append(script)
    if failed:
        print(f"\nThese failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
