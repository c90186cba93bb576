"""Training again: a live version's estimator learns from decisions of the service whose outcomes are known."""
