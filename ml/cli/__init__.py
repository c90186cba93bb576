"""Commands of ``python -m ml``, one subject a file."""
