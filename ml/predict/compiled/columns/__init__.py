"""Columns of a compiled predictor: steps on blocks without scikit-learn."""
