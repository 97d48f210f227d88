"""Every raw answer in one file."""
