"""Decision settings of the operator: cut-offs, payoff, bands of probability."""
