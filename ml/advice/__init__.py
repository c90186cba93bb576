"""Advice on one record: local Shapley values, next question, what-if sweep, counterfactuals, evidence."""
