"""Data on their way in: files as typed frames, and frames as an estimator was fitted on."""
