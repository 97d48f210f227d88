"""Pages people read: what was made, why, and whether it helped. Computes nothing; escapes everything."""
