"""Label preservation on real documents: an obedient model loses nothing, a disobedient one gets nothing wrong accepted.

Measured on TextMine train; 60 of its documents by default, all of them in the test marked slow.
"""

import random
from collections import Counter

import pytest

from bouture import formats
from bouture.checks.check import Reference
from bouture.checks.document_consistency import DocumentConsistency
from bouture.checks.fidelity import Fidelity
from bouture.corpus.document import Document
from bouture.corpus.fidelity import compare
from bouture.corpus.issue import Severity, worst
from bouture.corpus.markup import to_markup
from bouture.corpus.schema import Schema
from bouture.llm.messages import Request, Response
from bouture.strategies.back_translation.back_translation import BackTranslation
from bouture.strategies.context_rewriting.context_rewriting import ContextRewriting
from bouture.strategies.dialogue import Declined, Materials, Strategy
from bouture.strategies.entity_pools.both_levels import BothLevels
from bouture.strategies.entity_pools.entity_replacement import EntityReplacement
from bouture.strategies.function_words import function_words
from bouture.strategies.rewrite.rewrite import Rewrite
from strategies.obedience import (
    DISOBEDIENCE,
    Disobedience,
    adds_untagged_mentions,
    obedient,
    rewritten,
)

REWRITING = (Rewrite, ContextRewriting)
SAMPLE = [pytest.param(60, id="60"), pytest.param(None, id="all", marks=pytest.mark.slow)]
pytestmark = pytest.mark.shared
_PRONOUNS = function_words("fr")
_VOWELS = str.maketrans("aeiouyéèêà", "oaueiuóòôá")


@pytest.fixture(scope="module")
def corpus(shared):
    return formats.read(shared / "data/textmine2025/train.csv")


def sampled(corpus: list[Document], number: int | None) -> list[Document]:
    return corpus if number is None else random.Random(7).sample(corpus, number)


def answered(strategy: Strategy, document: Document, answer, seed: int = 0) -> list[Document]:
    """What a dialogue makes of the answers; `answer(request, turn)` is the model."""
    dialogue = strategy(document, random.Random(seed))
    request: Request = next(dialogue)
    turn = 0
    while True:
        try:
            request = dialogue.send(Response(answer(request, turn)))
            turn += 1
        except StopIteration as end:
            return end.value


def abroad(document: Document) -> str:
    """The document in another language: the same letters, other vowels, tags as they were."""
    words = document.text.translate(_VOWELS)
    return to_markup(Document(document.id, words, document.entities))


@pytest.mark.parametrize("number", SAMPLE)
@pytest.mark.parametrize("made_by", REWRITING)
def test_an_obedient_model_loses_no_mention_and_no_relation(corpus, made_by, number):
    strategy = made_by(Materials(corpus, Schema.learn(corpus)), made_by.Options())
    for document in sampled(corpus, number):
        [made] = answered(strategy, document, lambda *_, d=document: obedient(d))
        assert compare(document, made) == [] and made.text != document.text
        assert Counter((m.entity, m.label, m.text) for m in made.mentions()) == Counter(
            (m.entity, m.label, m.text) for m in document.mentions()
        )
        assert set(made.relations) == set(document.relations)
        assert worst(made.origin.issues) is not Severity.REJECT


@pytest.mark.parametrize("number", SAMPLE)
def test_back_translation_keeps_all_of_an_obedient_model(corpus, number):
    strategy = BackTranslation(
        Materials(corpus, Schema.learn(corpus)), BackTranslation.Options(pivot="de")
    )
    for document in sampled(corpus, number):
        back = to_markup(Document(document.id, *_bare(rewritten(document))))
        [made] = answered(
            strategy, document, lambda _, turn, d=document, b=back: b if turn else abroad(d)
        )
        assert compare(document, made) == [] and set(made.relations) == set(document.relations)


@pytest.mark.parametrize("number", SAMPLE)
@pytest.mark.parametrize("break_a_rule", DISOBEDIENCE)
def test_nothing_wrong_is_accepted_of_a_disobedient_model(corpus, break_a_rule, number):
    known = Materials(corpus, Schema.learn(corpus))
    strategies = [made_by(known, made_by.Options()) for made_by in REWRITING]
    checks = [
        check(Reference(corpus, known.schema), check.Options())
        for check in (Fidelity, DocumentConsistency)
    ]
    tried, accepted = 0, []
    for seed, document in enumerate(sampled(corpus, number)):
        wrong = break_a_rule(rewritten(document), random.Random(seed))
        if wrong is None:
            continue
        tried += 1
        try:
            [made] = answered(
                strategies[seed % 2], document, lambda *_, w=wrong: to_markup(w), seed
            )
        except Declined as declined:
            assert "F3" in {issue.code for issue in declined.issues}
            continue
        found = [*made.origin.issues, *(i for check in checks for i in check(made))]
        if Severity.REVIEW not in {issue.severity for issue in found}:
            accepted.append(document.id)
    assert tried > 20
    # What stands untagged in gold too is no fault that can be seen (3 documents of 319).
    assert len(accepted) <= (0.02 * tried if break_a_rule is adds_untagged_mentions else 0)


@pytest.mark.parametrize("break_a_rule", DISOBEDIENCE[:5])
def test_a_translation_with_other_tags_is_not_accepted(corpus, break_a_rule: Disobedience):
    known = Materials(corpus, Schema.learn(corpus))
    strategy = BackTranslation(known, BackTranslation.Options())
    tried = 0
    for seed, document in enumerate(sampled(corpus, 60)):
        wrong = break_a_rule(rewritten(document), random.Random(seed))
        if wrong is None:
            continue
        tried += 1
        text = to_markup(Document(document.id, *_bare(wrong)))
        try:
            [made] = answered(
                strategy, document, lambda _, turn, d=document, t=text: t if turn else abroad(d)
            )
        except Declined as declined:
            assert "F3" in {issue.code for issue in declined.issues}
            continue
        assert Severity.REVIEW in {issue.severity for issue in made.origin.issues}
    assert tried > 20


def _bare(document: Document):
    return document.text, document.entities


def pool(request: Request, _: int) -> str:
    """The answer of a model that proposes new names of persons and towns, and plain nouns, for any label."""
    rng = random.Random(request.key)
    syllables = ("ko", "ra", "ly", "bo", "mi", "sta", "vro", "du", "ne", "zo")
    names = ("".join(rng.choices(syllables, k=3)) for _ in range(120))
    rest = ("aucun | f | s | ville", "aucun | m | s | personne", "le | m | s | -", "- | m | p | -")
    lines = []
    for number, name in enumerate(names):
        said = rest[number % 4]
        lines.append(f"{name + 's' if '| p |' in said else name.capitalize()} | {said}")
    return "\n".join(lines)


@pytest.mark.parametrize("number", SAMPLE)
def test_entity_replacement_keeps_every_label_and_relation(corpus, number):
    known = Materials(corpus, Schema.learn(corpus))
    strategy = EntityReplacement(known, EntityReplacement.Options(uses=3))
    made = 0
    for seed, document in enumerate(sampled(corpus, number)):
        try:
            [new] = answered(strategy, document, pool, seed)
        except Declined as declined:
            assert {issue.code for issue in declined.issues} <= {"P04", "P20", "P22"}
            continue
        made += 1
        replaced = new.origin.parameters["replaced"]
        assert replaced and new.relations == document.relations
        assert [(e.id, e.label, len(e.spans)) for e in new.entities] == [
            (e.id, e.label, len(e.spans)) for e in document.entities
        ]
        for old, now in zip(document.entities, new.entities, strict=True):
            before = [document.mention_text(span) for span in old.spans]
            after = [new.mention_text(span) for span in now.spans]
            if now.id in replaced:
                assert replaced[now.id] in after
            elif not any(text in " ".join(before) for text in _old_texts(document, replaced)):
                assert [a for a in after if a not in _PRONOUNS] == [
                    b for b in before if b not in _PRONOUNS
                ]
    assert made > 20


@pytest.mark.parametrize("label", ["PLACE", "CIVILIAN", "GROUP_OF_INDIVIDUALS"])
def test_a_pool_of_what_gold_annotates_otherwise_is_not_used(corpus, label):
    """Surfaces of other labels, and phrases that hold one where this label may hold it."""
    known = Materials(corpus, Schema.learn(corpus))
    filler = EntityReplacement(known, EntityReplacement.Options())._filler
    others = [m.text for d in corpus for m in d.mentions() if m.label != label]
    inner = {b for a, b in known.schema.nesting if a == label}
    held = [m.text for d in corpus for m in d.mentions() if m.label in inner and len(m.text) > 2]
    lines = [f"{text} | aucun | m | s | -" for text in others[:300]]
    lines += [f"responsable {text} | - | m | s | -" for text in held[:300]]
    found, aside = filler._read_anew(label, "\n".join(lines), "stop")
    assert found == () and aside["gold"] > 50


def test_both_levels_keep_every_label_and_relation(corpus):
    known = Materials(corpus, Schema.learn(corpus))
    strategy = BothLevels(known, BothLevels.Options(uses=3))
    replaced = 0
    for seed, document in enumerate(sampled(corpus, 60)):
        [new] = answered(
            strategy,
            document,
            lambda request, turn, d=document: pool(request, turn) if turn else obedient(d),
            seed,
        )
        replaced += bool(new.origin.parameters["replaced"])
        assert new.relations == tuple(sorted(new.relations, key=list(document.relations).index))
        labels = {(e.id, e.label, len(e.spans)) for e in document.entities}
        assert {(e.id, e.label, len(e.spans)) for e in new.entities} == labels
    assert replaced > 20


def _old_texts(document: Document, replaced: dict[str, str]) -> set[str]:
    return {m.text for m in document.mentions() if m.entity in replaced}
