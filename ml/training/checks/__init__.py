"""Checks of the hold-out against the training data, and of what is read against what was trained on."""
