"""Slices of the hold-out: segments, slice finder, group fairness, largest errors, champion and challenger."""
