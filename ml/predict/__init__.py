"""Predictions: input and answers of estimators, by scikit-learn or a compiled program."""
