"""French around a mention: what the words near it must become when another mention takes its place."""
