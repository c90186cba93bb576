"""Commands of ``python -m ml``: one file a command, its options beside its action."""
