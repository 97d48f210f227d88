"""An open-weights model in this process."""
