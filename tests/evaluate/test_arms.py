"""What each arm is trained on: paired samples, no gold smuggled in, a control of the same size."""

import pytest

from bouture.corpus.document import Document, Origin
from bouture.evaluate.arms import Draw, Pool, Remake
from evaluate.planted import copies, corpus

GOLD = corpus("g", 20)


def made(strategy, *sources, demonstrations=()):
    id = f"{'+'.join(sources)}~{strategy}~{len(demonstrations)}"
    return Document(id, f"texte {id}", origin=Origin(strategy, sources, demonstrations))


def ids(pool, training_set):
    return [pool.documents[i].id for i in training_set.extra]


def test_arms_of_a_pool():
    synthetic = [*copies(GOLD, "b"), *copies(GOLD, "a"), *copies(GOLD[:3], "duplicate")]
    pool = Pool.of(GOLD, synthetic)
    assert pool.arms() == ("none", "duplicate", "a", "b", "mixture")
    assert pool.copies == 3
    assert Pool.of(GOLD, corpus("s", 2)).arms() == ("none", "duplicate", "synthetic")


@pytest.mark.parametrize("seed", range(5))
def test_every_arm_of_a_draw_has_the_same_gold_and_as_many_documents(seed):
    pool = Pool.of(GOLD, [*copies(GOLD, "a"), *copies(GOLD, "b")])
    draw = Draw(pool, 8, seed, 1.0)
    sets = {arm: draw.training_set(arm) for arm in (*pool.arms(), "oracle")}
    assert len({one.gold for one in sets.values()}) == 1
    assert {arm: one.added for arm, one in sets.items()} == {
        "none": 0,
        "duplicate": 8,
        "a": 8,
        "b": 8,
        "mixture": 8,
        "oracle": 8,
    }
    assert not set(sets["oracle"].extra) & set(sets["oracle"].gold)
    assert sets["duplicate"].weights == (2,) * 8


def test_samples_of_a_seed_are_nested_and_seeds_differ():
    pool = Pool.of(GOLD, [])
    small, large = (set(Draw(pool, n, 3, 1.0).training_set("none").gold) for n in (5, 12))
    assert small < large
    other = set(Draw(pool, 5, 4, 1.0).training_set("none").gold)
    assert other != small


@pytest.mark.parametrize(("factor", "added"), [(0.5, 5), (2.0, 20), (2.3, 23)])
def test_duplicates_are_spread_evenly(factor, added):
    one = Draw(Pool.of(GOLD, []), 10, 0, factor).training_set("duplicate")
    assert one.added == added
    assert max(one.weights) - min(one.weights) <= 1


def test_a_document_made_with_gold_outside_the_sample_is_not_used():
    synthetic = [made("llm", d.id) for d in GOLD]
    pool = Pool.of(GOLD, synthetic)
    one = Draw(pool, 6, 1, 3.0).training_set("llm")
    assert {pool.documents[i].origin.sources[0] for i in one.extra} == {
        GOLD[i].id for i in one.gold
    }
    shown = [made("llm", d.id, demonstrations=tuple(g.id for g in GOLD)) for d in GOLD]
    assert Draw(Pool.of(GOLD, shown), 6, 1, 1.0).training_set("llm").added == 0
    assert Draw(Pool.of(GOLD, shown), 20, 1, 1.0).training_set("llm").added == 20


def test_a_mixture_shares_equally_whatever_the_strategies_made():
    pool = Pool.of(GOLD, [*corpus("many", 60, "many"), *corpus("few", 8, "few")])
    drawn = ids(pool, Draw(pool, 10, 0, 1.0).training_set("mixture"))
    assert sum(id.startswith("many") for id in drawn) == 5


def test_the_order_of_the_arms_changes_no_draw():
    pool = Pool.of(GOLD, [*copies(GOLD, "a"), *copies(GOLD, "b")])
    forth, back = Draw(pool, 8, 0, 0.5), Draw(pool, 8, 0, 0.5)
    names = [*pool.arms(), "oracle"]
    first = {arm: forth.training_set(arm) for arm in names}
    assert {arm: back.training_set(arm) for arm in reversed(names)} == first


def test_a_lexicon_of_the_whole_corpus_is_an_upper_bound_until_it_is_made_again():
    gold = [Document(f"g{n}", f"texte {n}") for n in range(6)]
    made = [Document(f"s{n}", f"neuf {n}", origin=Origin("local", (f"g{n}",))) for n in range(6)]
    asked = [Document("a", "neuf", origin=Origin("llm", ("g0",), requests=("k",)))]
    pool = Pool.of(gold, [*made, *asked])
    assert pool.bounded() == {"local", "mixture"}

    def remake(sample, seed):
        for document in sample:
            yield Document(
                f"{document.id}~{seed}", "refait", origin=Origin("local", (document.id,))
            )
            yield Document(
                f"{document.id}+{seed}", "autre", origin=Origin("unknown", (document.id,))
            )

    again = pool.made_again([3, 6], 2, Remake(frozenset({"local"}), remake))
    assert again.bounded() == frozenset()
    assert set(again.remade) == {(3, 0), (3, 1)}
    draw = Draw(again, 3, 1, 1.0)
    sample = {again.documents[n].id for n in draw.gold}
    extra = [again.documents[n] for n in draw.training_set("local").extra]
    assert {d.origin.sources[0] for d in extra} == sample
    assert all(d.text == "refait" and d.id.endswith("@3.1") for d in extra)
    whole = [again.documents[n].text for n in Draw(again, 6, 1, 1.0).training_set("local").extra]
    assert sorted(whole) == sorted(d.text for d in made)


def test_a_strategy_that_makes_nothing_of_a_sample_falls_back_on_nothing():
    gold = [Document(f"g{n}", f"texte {n}") for n in range(4)]
    made = [Document(f"s{n}", f"neuf {n}", origin=Origin("local", (f"g{n}",))) for n in range(4)]
    remake = Remake(frozenset({"local"}), lambda sample, seed: [])
    again = Pool.of(gold, made).made_again([2], 1, remake)
    assert Draw(again, 2, 0, 1.0).training_set("local").extra == ()
    assert again.bounded() == frozenset()
