"""How long a script measures: with ``--short``, as ``make bench`` calls it, for a rough figure."""

import sys

SHORT = "--short" in sys.argv
if SHORT:
    sys.argv.remove("--short")


def either(full: int, short: int) -> int:
    """The number for figures that are written down, or the one for a look."""
    return short if SHORT else full
