"""Models of a compiled predictor, in numpy."""
