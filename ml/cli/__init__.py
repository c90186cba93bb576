"""Commands of ``python -m ml``: one file a command, its options beside its action."""

OK, FAILED, BAD_INPUT = 0, 1, 2  # exit codes: done, a model or file is at fault, the input is
