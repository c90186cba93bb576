"""What drives a model: importance, dependence, global Shapley values, leakage, surrogate."""
