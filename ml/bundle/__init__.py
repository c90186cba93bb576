"""The bundle of a version: estimator, schema, hold-out, background, card."""
