"""What stands between the network and our doors: headers, compression, limits, the cache."""
