"""Global insights: permutation importance, partial dependence, global Shapley values, leakage, surrogate."""
