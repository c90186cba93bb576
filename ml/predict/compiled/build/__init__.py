"""Builds a compiled predictor from a fitted estimator, family by family."""
