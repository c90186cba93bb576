"""Asking an estimator: what serves a version."""
