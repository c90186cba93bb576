"""Recalibration: the logistic line of truth on probabilities, and the overall test of calibration."""
