"""Context rewriting (LLM-DA): one thing is changed at a time in how a text is said."""
