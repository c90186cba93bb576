"""Commands that erase."""
