"""Rewriting of a gold document by a model, mentions and relations kept; the prompts lie beside the code."""
