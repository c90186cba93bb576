"""Metrics of a model on its hold-out: evaluation, curves, threshold table, intervals."""
