"""HTTP in general: bodies, parameters, representations, errors as answers."""
