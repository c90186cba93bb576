"""Records and their schema: features, outcomes, typed values, columns."""
