"""The run with a pause in the middle: requests out as files, answers back in."""
