"""Plots of decisions: profit curve, segments, group fairness, champion and challenger, largest errors."""
