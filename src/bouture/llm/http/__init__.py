"""A model behind HTTP: what is sent, what comes back, what goes wrong."""
