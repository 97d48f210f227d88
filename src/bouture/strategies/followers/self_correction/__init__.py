"""Self-correction after ProgGen: each mention is judged correct, of wrong boundaries, of wrong type, or no entity."""
