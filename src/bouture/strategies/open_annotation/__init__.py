"""Open annotation of raw text (NuNER): entities with concepts of the model’s own."""
