"""Jobs, the work that outlives a request: accepted, cut into chunks, executed by any number of processes."""
