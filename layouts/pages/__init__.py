"""Home, gallery, and the pages of unknown addresses."""
