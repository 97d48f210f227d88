"""Two compatible entities without a relation."""
