"""Making a version: reading what it is made of, and finding out how its estimator is asked. Not for serving."""
