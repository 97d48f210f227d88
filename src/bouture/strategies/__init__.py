"""Strategies: ways of making new documents from gold ones, one file each; prompts lie beside the code that uses them."""

from bouture.strategies.catalog import STRATEGIES
from bouture.strategies.dialogue import Declined, Dialogue, Materials, Strategy

__all__ = ["STRATEGIES", "Declined", "Dialogue", "Materials", "Strategy"]
