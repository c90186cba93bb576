"""Asking an estimator: in which form it takes its input, and what its answers mean."""
