"""The life of a version: made, held, made live, rolled back, removed; and the history of all that."""
