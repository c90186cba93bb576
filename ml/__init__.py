"""The model module: everything that is true of a model, with no web in it."""
