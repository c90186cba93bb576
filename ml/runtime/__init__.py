"""Running things: one computation per key, deadlines, budgets of rows, arrays on disk, foreign code."""
