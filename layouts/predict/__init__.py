"""The Prediction page: the form, and beside it what the model says."""
