"""Gold sentences changed as little as possible so that a label or a relation changes."""
