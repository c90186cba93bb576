"""Monitoring: what came of the decisions. Calibration alarm, lift, overrides, drift; arrays in, results out."""
