"""The Results page: has it been right, has it paid, is it used; and for analysts what is behind it."""
