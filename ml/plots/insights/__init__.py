"""Plots of global insights: permutation importance, Shapley values, partial dependence, distributions and others."""
