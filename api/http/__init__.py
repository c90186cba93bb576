"""HTTP: request bodies, query parameters, representations, errors as responses."""
