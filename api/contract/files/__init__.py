"""Contract of files: jobs, how a file is read, campaigns and call lists."""
