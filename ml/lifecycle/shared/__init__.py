"""Models that all instances share (MODELS_URL): bundles in object storage, what is live in the store, a cache here."""
