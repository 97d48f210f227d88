"""Texts that hold no relation, or no entity, where one might see some."""
