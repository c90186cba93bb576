"""Trust in bundles: integrity, allowed types, code that comes with a model, and permissions of the operator."""
