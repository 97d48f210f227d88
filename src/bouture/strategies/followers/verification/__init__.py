"""Verification after GPT-NER: yes or no for each mention, with examples near it."""
