"""The same words with another label."""
