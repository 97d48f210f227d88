"""Schema-driven annotation of raw text: passages, the same text back, samples and their vote."""
