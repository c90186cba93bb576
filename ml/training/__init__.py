"""Building a version: reading its inputs, and inferring its schema and how its estimator is asked. Not for serving."""
