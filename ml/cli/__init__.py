"""Commands of ``python -m ml``: one file a command, its options beside its action."""

OK, FAILED, BAD_INPUT = 0, 1, 2  # exit codes: success, a fault of a model or file, a fault of the input
