"""Traces a fitted preprocessing pipeline into symbolic columns."""
