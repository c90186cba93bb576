"""The Performance page, and cards of plots."""
