"""Work that outlives a request: accepted, cut into pieces, done by any number of processes."""
