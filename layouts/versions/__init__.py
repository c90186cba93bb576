"""The Versions page: which version of a model answers, which did before, which wait, and the step to another."""
