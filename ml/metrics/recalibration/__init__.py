"""Recalibration: logistic line and smooth curve of truth on probabilities, and the overall test of calibration."""
