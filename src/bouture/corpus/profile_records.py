"""What a corpus is like, as records that become JSON, tables and charts."""

import msgspec

from bouture.corpus.issue import Issue


class Distribution(msgspec.Struct, frozen=True):
    """How a count varies over documents or entities."""

    mean: float
    minimum: int
    q1: float
    median: float
    q3: float
    maximum: int
    bars: tuple[tuple[int, int, int], ...]
    """A histogram: (lowest value, highest value, how many), without gaps."""


class LabelCount(msgspec.Struct, frozen=True):
    """How often one entity label occurs."""

    label: str
    mentions: int
    entities: int
    documents: int
    share: float
    """Of all mentions, 0 to 1."""
    surfaces: int
    """Different strings, apart from case and typography."""
    tokens: float
    """Mean length of a mention."""
    mentions_per_entity: float


class RelationCount(msgspec.Struct, frozen=True):
    """How often one relation label occurs."""

    label: str
    relations: int
    documents: int
    share: float
    """Of all relations, 0 to 1."""
    across_sentences: int
    """Between entities never mentioned in a common sentence."""
    loops: int
    """From an entity to itself."""


class Signature(msgspec.Struct, frozen=True, order=True):
    """A relation label between two entity labels; 0 times when a guide allows it and the corpus has none."""

    head: str
    label: str
    tail: str
    count: int


class LabelPair(msgspec.Struct, frozen=True):
    """Two labels whose mentions meet: nested (outer, inner), on the same span, or crossing."""

    outer: str
    inner: str
    count: int


class AmbiguousSurface(msgspec.Struct, frozen=True):
    """A string annotated with several labels."""

    surface: str
    labels: dict[str, int]
    """Mentions by label, most frequent first."""
    entropy: float
    """Of the labels given the string, in bits; 0.5 and more is worth a rule in the guide."""


class Gaps(msgspec.Struct, frozen=True):
    """What the corpus hardly has, or lacks although the guide has it."""

    rare_labels: tuple[str, ...]
    rare_relations: tuple[str, ...]
    unseen_labels: tuple[str, ...] = ()
    unseen_relations: tuple[str, ...] = ()
    unseen_signatures: tuple[Signature, ...] = ()


class Shares(msgspec.Struct, frozen=True):
    """Parts of the whole, 0 to 1; 0 when the whole is empty."""

    documents_without_entity: float
    documents_without_relation: float
    relations_across_sentences: float
    """Between entities never mentioned in a common sentence (40 % in TextMine 2025)."""
    nested_mentions: float
    """Mentions strictly inside another."""
    same_span_mentions: float
    """Mentions that share their exact span with another."""
    ambiguous_mentions: float
    """Mentions whose string is annotated with several labels."""
    unseen_surfaces: float
    """Mentions of one half of the documents whose string and label are not in the other half (mean of both ways)."""
    elided_mentions: float
    """Mentions just after an elision (l', d', qu')."""


class Profile(msgspec.Struct, frozen=True):
    """A corpus in figures."""

    documents: int
    characters: int
    tokens: int
    sentences: int
    entities: int
    mentions: int
    relations: int
    per_document: dict[str, Distribution]
    """`characters, tokens, sentences, entities, mentions, relations`; empty for an empty corpus."""
    mentions_per_entity: Distribution | None
    labels: tuple[LabelCount, ...]
    """Most frequent first, as everything below."""
    relation_labels: tuple[RelationCount, ...]
    signatures: tuple[Signature, ...]
    nesting: tuple[LabelPair, ...]
    same_span: tuple[LabelPair, ...]
    crossing: tuple[LabelPair, ...]
    ambiguous: tuple[AmbiguousSurface, ...]
    gaps: Gaps
    shares: Shares
    issues: tuple[Issue, ...]
    """Probable annotation errors (codes A01-A07), by document and place."""
