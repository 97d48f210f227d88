"""One YAML file says what to do; this is the only room where names become objects."""
