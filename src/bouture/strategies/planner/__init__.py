"""Decides what to make more of: what the corpus lacks, how many calls each strategy is given, and on which sources."""
