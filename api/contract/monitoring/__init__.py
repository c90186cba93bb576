"""Contract of what is watched of models: whether they have been right, have paid, and are used."""
