"""The strategies bouture knows by name; other packages add theirs through the entry-point group."""

from typing import Any

from bouture.catalog import Catalog

STRATEGIES: Catalog[type[Any]] = Catalog(
    "strategy",
    "bouture.strategies",
    {
        "duplicate": "bouture.strategies.duplicate:Duplicate",
        "label_wise_token_replacement": "bouture.strategies.label_wise_token_replacement:LabelWiseTokenReplacement",
        "synonym_replacement": "bouture.strategies.synonym_replacement:SynonymReplacement",
        "mention_replacement": "bouture.strategies.mention_replacement:MentionReplacement",
        "shuffle_within_segments": "bouture.strategies.shuffle_within_segments:ShuffleWithinSegments",
        "all": "bouture.strategies.all_operations:AllOperations",
        "noise": "bouture.strategies.noise.noise:Noise",
        "rewrite": "bouture.strategies.rewrite.rewrite:Rewrite",
        "context_rewriting": "bouture.strategies.context_rewriting.context_rewriting:ContextRewriting",
        "entity_replacement": "bouture.strategies.entity_pools.entity_replacement:EntityReplacement",
        "both_levels": "bouture.strategies.entity_pools.both_levels:BothLevels",
        "back_translation": "bouture.strategies.back_translation.back_translation:BackTranslation",
        "entity_list": "bouture.strategies.from_plan.family:EntityList",
        "relation_triples": "bouture.strategies.from_plan.family:RelationTriples",
        "document_graph": "bouture.strategies.from_plan.family:DocumentGraph",
        "guide_rules": "bouture.strategies.guide_rules.guide_rules:GuideRules",
        "type_flip": "bouture.strategies.counterfactual.type_flip.type_flip:TypeFlip",
        "relation_flip": "bouture.strategies.counterfactual.relation_flip.relation_flip:RelationFlip",
        "unrelated_pair": "bouture.strategies.negatives.unrelated_pair.unrelated_pair:UnrelatedPair",
        "no_entity": "bouture.strategies.negatives.no_entity.no_entity:NoEntity",
        "attributes": "bouture.strategies.attributes.attributes:Attributes",
        "closed_annotation": "bouture.strategies.closed_annotation.closed_annotation:ClosedAnnotation",
        "open_annotation": "bouture.strategies.open_annotation.open_annotation:OpenAnnotation",
    },
)
