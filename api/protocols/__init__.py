"""The protocols of other model servers: their clients work unchanged, and get the same numbers."""
