"""The Today page: whom a seller calls, and what was done."""
