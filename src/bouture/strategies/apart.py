"""In what a document is meant to differ from gold documents, so that no check of length holds it against it.

A strategy that writes single sentences, or texts without entity, says so in its origin: `apart` lists the
measures of check N4 (`tokens`, `mentions`, `relations`) that its documents do not share with gold.
"""

ANNOTATION = ("mentions", "relations")
"""For a text as long as those of gold, with less in it."""
ALL = ("tokens", *ANNOTATION)
"""For a text that is shorter by design."""
