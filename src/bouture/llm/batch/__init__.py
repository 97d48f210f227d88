"""Requests and answers as the files of batch services."""
