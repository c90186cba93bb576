"""What is kept of jobs, and for how long: removal, the sweep, and the erasure of one record."""
