"""Making a version from a fitted estimator. Never imported while serving."""
