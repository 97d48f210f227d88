"""Entity replacement (LLM-DA): typed pools of new mentions that a model fills once, and what is drawn from them."""
