"""How much is asked of a model at once, how often again, and how many tokens it may take."""
