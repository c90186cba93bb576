"""Results of a model: has it been right, has it paid, is it used; the watch over the alarm, and its alerts."""
