"""Columns of the training data: kinds, dtypes, gaps, levels, identifiers."""
