"""Home, gallery, and pages where no page is."""
