"""Followers: what may be asked about a document once a strategy has made it, one folder each; prompts beside the code."""

from bouture.strategies.followers.catalog import FOLLOWERS

__all__ = ["FOLLOWERS"]
