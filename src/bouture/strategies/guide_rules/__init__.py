"""Texts that illustrate the rules of the guide."""
