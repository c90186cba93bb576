"""The demo models made beside a service that was started without any: what is made, and how far it is."""
