"""Texts without entity."""
