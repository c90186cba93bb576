"""The command line: ``python -m ml train | add | list | check | predict | score``."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported: one row is no work to share out

import sys

from ml.commands import main
from settings import BadSetting, Settings

if __name__ == "__main__":
    try:
        models = Settings.from_environ(os.environ).models_dir
    except BadSetting as problem:
        sys.exit(f"error: {problem}")
    sys.exit(main(sys.argv[1:], models))
