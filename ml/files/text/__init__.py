"""Text files: encoding, separator, dialect and the options of reading them."""
