"""Work that outlives a request: accepted, cut into chunks, done by any number of processes."""
