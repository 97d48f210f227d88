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
        "rewrite": "bouture.strategies.rewrite.rewrite:Rewrite",
    },
)
