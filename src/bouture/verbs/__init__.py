"""One documented function for each verb of the command line; the command line adds only options and drawing."""
