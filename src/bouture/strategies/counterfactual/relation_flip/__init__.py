"""The same mentions with a relation reversed, denied or reported."""
