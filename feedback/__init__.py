"""Feedback: recorded decisions, their outcomes, and training on these."""
