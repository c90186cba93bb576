"""Retention: ids that tell whose files they are, removals in two steps, and duties that one process sees to."""
