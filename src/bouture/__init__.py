"""Augmentation of small annotated corpora."""
