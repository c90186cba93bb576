"""Exit codes of ``python -m ml``: done, a model or file is at fault, the input is."""

OK, FAILED, BAD_INPUT = 0, 1, 2
