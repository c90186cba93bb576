"""What the operator sets: cut-offs, payoff of a decision, bands of probability."""
