"""What people decide about documents, and how far they agree."""
