"""Routes of feedback: reported outcomes, results of a model, and training tables."""
