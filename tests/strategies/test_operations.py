"""The operations of Dai & Adel: distributions, what is kept, French goldens, reasons for declining."""

import re
from collections import Counter

import pytest
from pydantic import ValidationError

from bouture.corpus.document import Document, Entity, Span
from bouture.corpus.markup import to_markup
from bouture.strategies.all_operations import AllOperations
from bouture.strategies.dialogue import Declined
from bouture.strategies.duplicate import Duplicate
from bouture.strategies.label_wise_token_replacement import LabelWiseTokenReplacement
from bouture.strategies.mention_replacement import MentionReplacement
from bouture.strategies.shuffle_within_segments import ShuffleWithinSegments
from strategies.driving import gold, make, materials


def build(member, corpus, **options):
    return member(materials(corpus), member.Options(**options))


def codes(strategy, document: Document, seed: int = 0) -> list[str]:
    with pytest.raises(Declined) as declined:
        make(strategy, document, seed)
    return [issue.code for issue in declined.value.issues]


def test_label_wise_replacement_draws_from_the_unigram_of_the_label():
    corpus = gold(
        *['rouge <e id="E1" t="LIEU">Kiev</e>'] * 6,
        *['verte <e id="E1" t="LIEU">Lviv</e>'] * 3,
        'bleue <e id="E1" t="PERSONNE">Zelensky</e>',
    )
    strategy = build(LabelWiseTokenReplacement, corpus, p=1)
    drawn: Counter[str] = Counter()
    places: Counter[str] = Counter()
    [start] = gold('jaune <e id="E1" t="LIEU">Soumy</e>')
    for seed in range(2000):
        colour, place = make(strategy, start, seed).text.split()
        drawn[colour] += 1
        places[place] += 1
    assert abs(drawn["rouge"] / 2000 - 0.6) < 0.05 and abs(drawn["bleue"] / 2000 - 0.1) < 0.03
    assert set(places) == {"Kiev", "Lviv"} and abs(places["Kiev"] / 2000 - 2 / 3) < 0.05


def test_p_is_the_share_of_tokens_replaced():
    corpus = gold("mot " * 200 + "fin")
    [start] = gold("bla " * 1000 + "bla")
    made = make(build(LabelWiseTokenReplacement, corpus, p=0.3), start)
    assert abs(sum(w != "bla" for w in made.text.split()) / 1001 - 0.3) < 0.05


def test_function_words_and_punctuation_stay_unless_asked():
    corpus = gold("Le chat dort, la nuit.", "Un chien court : le jour !")
    strategy = build(LabelWiseTokenReplacement, corpus, p=1)
    for seed in range(30):
        made = make(strategy, corpus[0], seed).text
        assert made.startswith("Le ") and ", la " in made and made.endswith(".")
        assert "court" not in made or "," in made
    asked = build(LabelWiseTokenReplacement, corpus, p=1, function_words=True)
    assert any(not make(asked, corpus[0], seed).text.startswith("Le ") for seed in range(9))


def test_inner_labels_are_labels_too():
    corpus = gold(
        '<e id="E1" t="FONCTION">maire de <e id="E2" t="LIEU">Kiev</e></e>',
        '<e id="E1" t="FONCTION">chef adjoint</e> et <e id="E2" t="FONCTION">préfet de <e id="E3" t="LIEU">Lviv</e></e>',
    )
    strategy = build(LabelWiseTokenReplacement, corpus, p=1)
    inner = set()
    for seed in range(60):
        try:
            made = make(strategy, corpus[1], seed)
        except Declined:
            continue
        inner |= {m.text for m in made.mentions() if m.label == "LIEU"}
    assert inner == {"Kiev", "Lviv"}


def test_shuffling_keeps_each_segment_its_tokens_and_the_spacing():
    [document] = gold(
        'Hier soir encore, <e id="E1" t="P">le  général Valeri Zaloujny</e> a parlé longuement aux alliés.'
    )
    strategy = build(ShuffleWithinSegments, [document], p=1)
    seen = set()
    for seed in range(20):
        made = make(strategy, document, seed)
        [mention] = made.mentions()
        assert sorted(mention.text.split()) == sorted(["le", "général", "Valeri", "Zaloujny"])
        assert re.findall(r"\s+", made.text) == re.findall(r"\s+", document.text)
        first, last = made.text[: mention.start], made.text[mention.end :]
        assert sorted(first.split()) == ["Hier", "encore,", "soir"]
        assert sorted(last.split()) == sorted(["a", "parlé", "longuement", "aux", "alliés."])
        seen.add(made.text)
    assert len(seen) > 10


def test_shuffling_cuts_at_inner_mentions_and_sentences():
    [document] = gold(
        '<e id="E1" t="F">chef adjoint du <e id="E2" t="O">conseil de sécurité</e></e>. Rien ne bouge.'
    )
    for seed in range(20):
        made = make(build(ShuffleWithinSegments, [document], p=1), document, seed)
        outer, inner = made.mentions()
        assert set(outer.text.split()[:3]) == {"chef", "adjoint", "du"}
        assert set(inner.text.split()) == {"conseil", "de", "sécurité"}
        assert set(re.findall(r"\w+", made.text[outer.end :])) == {"Rien", "ne", "bouge"}
        assert made.text[outer.end :].startswith(". ")


def replaced(source: str, *others: str, seeds: int = 40) -> set[str]:
    """Every text that mention replacement makes of `source`."""
    corpus = gold(source, *others)
    strategy = build(MentionReplacement, corpus, p=1)
    found = set()
    for seed in range(seeds):
        try:
            found.add(make(strategy, corpus[0], seed).text)
        except Declined as declined:
            found.add(declined.issues[0].code)
    return found


def lieu(before: str, name: str) -> str:
    return f'{before}<e id="E1" t="LIEU">{name}</e>'


@pytest.mark.parametrize(
    ("source", "other", "made"),
    [
        (lieu("près d’", "Odessa"), lieu("près de ", "Kiev"), "près de Kiev"),
        (lieu("près de ", "Kiev"), lieu("vers ", "Odessa"), "près d’Odessa"),
        (lieu("selon l’", "Ukraine"), lieu("vers la ", "Russie"), "selon la Russie"),
        (lieu("selon la ", "Russie"), lieu("d’une ", "Ukraine"), "selon l’Ukraine"),
        (lieu("selon le ", "Zbruč"), lieu("selon ", "Ivano"), "selon Ivano"),
        (lieu("selon le ", "Zbruč"), lieu("(", "Ivano"), "P03"),
        (lieu("L’", "Ukraine"), lieu("de la ", "Russie"), "La Russie"),
        (lieu("plus qu’", "Odessa"), lieu("selon ", "Kiev"), "plus que Kiev"),
        (lieu("près de l’", "Oural"), lieu("vers le ", "Caucase"), "près du Caucase"),
        (lieu("près du ", "Caucase"), lieu("vers la ", "Crimée"), "près de la Crimée"),
        (lieu("près du ", "Caucase"), lieu("vers le ", "Donbass"), "près du Donbass"),
        (lieu("aux ", "États-Unis"), lieu("les ", "Pays-Bas"), "aux Pays-Bas"),
        (lieu("aux ", "États-Unis"), lieu("la ", "Chine"), "P03"),
        (lieu("en ", "Ukraine"), lieu("à ", "Kiev"), "à Kiev"),
        (lieu("en ", "Ukraine"), lieu("à ", "Zboriv"), "P03"),
        (lieu("en ", "Ukraine"), lieu("en ", "Russie"), "en Russie"),
        (lieu("à ", "Kiev"), lieu("à ", "Lviv"), "à Lviv"),
        (lieu("selon ", "Kiev"), lieu("la ", "Russie"), "selon la Russie"),
    ],
)
def test_mentions_are_put_only_where_french_allows_them(source, other, made):
    assert replaced(source, other) == {made}


def test_coreferent_mentions_change_together_and_pronouns_stay():
    source = (
        '<e id="E1" t="P">Volodymyr Zelensky</e> parle. <e id="E1" t="P">Zelensky</e> insiste, '
        '<e id="E1" t="P">il</e> attend, dit <e id="E1" t="P">Zelensky</e>.'
    )
    other = 'Selon M. <e id="E1" t="P">Sergueï Lavrov</e>, non, a dit <e id="E1" t="P">Lavrov</e>.'
    woman = (
        'Selon Mme <e id="E1" t="P">Olena Zelenska</e>, non, a dit <e id="E1" t="P">Zelenska</e>.'
    )
    assert replaced(source, other, woman, '<e id="E1" t="P">Macron</e> appelle.') == {
        "Sergueï Lavrov parle. Lavrov insiste, il attend, dit Lavrov."
    }


def test_nesting_is_kept_with_ids_and_relations():
    corpus = gold(
        'Le <e id="E1" t="F">maire de <e id="E2" t="L">Kiev</e></e> parle.\n\nE1 | SITUE_A | E2',
        'Le <e id="E7" t="F">préfet</e>, le <e id="E8" t="F">gouverneur de <e id="E9" t="L">Lviv</e></e>.',
    )
    strategy = build(MentionReplacement, corpus, p=1)
    made = {to_markup(make(strategy, corpus[0], seed)) for seed in range(20)}
    assert made == {
        'Le <e id="E1" t="F">gouverneur de <e id="E2" t="L">Lviv</e></e> parle.\n\nE1 | SITUE_A | E2'
    }


def test_an_outer_mention_stays_when_its_inner_entity_is_named_elsewhere():
    source = 'Le <e id="E1" t="F">maire de <e id="E2" t="L">Kiev</e></e> quitte <e id="E2" t="L">Kiev</e>.'
    other = 'Le <e id="E1" t="F">préfet de <e id="E2" t="L">Lviv</e></e> parle.'
    assert replaced(source, other) == {"Le maire de Lviv quitte Lviv."}


def test_what_relations_to_itself_say_is_kept():
    corpus = gold(
        '<e id="E1" t="P">Olena</e> part.\n\nE1 | GENDER_FEMALE | E1',
        '<e id="E1" t="P">Denys</e> part.\n\nE1 | GENDER_MALE | E1',
        '<e id="E1" t="P">Katia</e> part.\n\nE1 | GENDER_FEMALE | E1',
    )
    strategy = build(MentionReplacement, corpus, p=1)
    assert {make(strategy, corpus[0], seed).text for seed in range(20)} == {"Katia part."}


def test_reasons_for_declining():
    corpus = gold("Rien.", 'À <e id="E1" t="L">Kiev</e>.')
    assert codes(build(MentionReplacement, corpus, p=1), corpus[0]) == ["P04"]
    assert codes(build(MentionReplacement, corpus, p=1), corpus[1]) == ["P03"]
    assert codes(build(LabelWiseTokenReplacement, gold("Rien."), p=1), corpus[0]) == ["P01"]
    assert set(codes(build(AllOperations, corpus, p=1), gold("!")[0])) == {"P01", "P04"}


def test_a_token_cut_by_a_mention_is_never_touched():
    document = Document("d", "anti-Poutine ici", (Entity("E1", "P", (Span(5, 12),)),))
    corpus = [document, *gold('mot <e id="E1" t="P">Macron</e> mot mot')]
    for member in (LabelWiseTokenReplacement, MentionReplacement):
        for seed in range(10):
            try:
                made = make(build(member, corpus, p=1), document, seed)
            except Declined:
                continue
            assert made.text.startswith("anti-Poutine ")


def test_all_uses_each_operation_about_equally_and_names_it():
    corpus = gold(
        'Le chef parle longuement à <e id="E1" t="L">Kiev</e> puis à <e id="E2" t="L">Lviv</e> hier soir.',
        'Une femme attend à <e id="E1" t="L">Soumy</e>.',
    )
    strategy = build(AllOperations, corpus, p=1)
    used: Counter[str] = Counter()
    for seed in range(300):
        origin = make(strategy, corpus[0], seed).origin
        assert origin.strategy == "all"
        used[origin.parameters["operation"]] += 1
    assert len(used) == 3 and min(used.values()) > 70


def test_duplicate_is_the_same_document_with_an_origin():
    [document] = gold('À <e id="E1" t="L">Kiev</e>.')
    made = make(build(Duplicate, [document]), document)
    assert made.with_origin(None) == document
    assert made.origin.sources == ("d0",) and made.origin.parameters == {"keeps": "mentions"}


@pytest.mark.parametrize("p", [0, 1.1])
def test_p_is_a_probability(p):
    with pytest.raises(ValidationError):
        MentionReplacement.Options(p=p)
