"""The checks bouture knows by name; other packages add theirs through the entry-point group."""

from typing import Any

from bouture.catalog import Catalog

CHECKS: Catalog[type[Any]] = Catalog(
    "check",
    "bouture.checks",
    {
        "contamination": "bouture.checks.contamination:Contamination",
        "offsets": "bouture.checks.offsets:Offsets",
        "fidelity": "bouture.checks.fidelity:Fidelity",
        "schema_labels": "bouture.checks.schema_labels:SchemaLabels",
        "relation_ends": "bouture.checks.relation_ends:RelationEnds",
        "relation_axioms": "bouture.checks.relation_axioms:RelationAxioms",
        "rules": "bouture.checks.rules:Rules",
        "language": "bouture.checks.language:Language",
        "source_copy": "bouture.checks.source_copy:SourceCopy",
        "near_duplicates": "bouture.checks.near_duplicates:NearDuplicates",
        "length": "bouture.checks.length:Length",
        "surface": "bouture.checks.surface:Surface",
        "type_consistency": "bouture.checks.type_consistency:TypeConsistency",
        "document_consistency": "bouture.checks.document_consistency:DocumentConsistency",
        "completeness": "bouture.checks.completeness:Completeness",
    },
)

DEFAULT_CHECKS = tuple(CHECKS.members)
"""All of them: those that reject first, then those that send to review."""
