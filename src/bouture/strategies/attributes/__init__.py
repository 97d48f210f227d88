"""Texts that vary along dimensions, about entities of gold."""
