"""What may be loaded from a bundle: types, the code that travels with it, and what the operator allowed."""
