"""Requests to answers over many workers."""
