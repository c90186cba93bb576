"""What people read, in one place."""
