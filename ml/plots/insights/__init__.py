"""Plots of what the model looks at: importance, Shapley values, partial dependence, distributions and others."""
