"""Decisions: cut-offs and payoff of the operator, the worth of acting, what to do, bands of probability."""
