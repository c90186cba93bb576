"""The pages as pure functions: data in, components out. Nothing here asks the service."""
