"""New documents from a plan that is the label: entity lists, relation triples, whole documents; the prompts lie beside the code."""
