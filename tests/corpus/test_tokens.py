"""Tokens and sentences: laws, French traps one by one, and the share of real mention boundaries that are token boundaries."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bouture.corpus.tokens import sentences, tokenize
from bouture.formats import read

FRENCH = st.text(
    st.sampled_from("aeL'’d.!?… \n«»\"-0123,hMéÉ)(\u00a0\u202f\u0301🇺🇦@#/"), max_size=60
)


def words(text: str) -> list[str]:
    return [text[t.start : t.end] for t in tokenize(text)]


def cut(text: str) -> list[str]:
    return [text[s.start : s.end] for s in sentences(text)]


@given(FRENCH | st.text())
def test_tokens_cover_everything_but_white_space(text: str) -> None:
    position = 0
    for token in tokenize(text):
        assert token.start >= position
        gap = text[position : token.start]
        assert not gap.translate(dict.fromkeys(map(ord, "\u00ad\u200b\ufeff"))).strip()
        position = token.end
    assert not text[position:].translate(dict.fromkeys(map(ord, "\u00ad\u200b\ufeff"))).strip()


@given(FRENCH | st.text())
def test_sentences_cut_between_tokens_and_hold_all_of_them(text: str) -> None:
    found = sentences(text)
    tokens = tokenize(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert {s.start for s in found} <= {t.start for t in tokens}
    assert {s.end for s in found} <= {t.end for t in tokens}
    assert all(sum(s.contains(t) for s in found) == 1 for t in tokens)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l’AIEA qu'elle d’Ukraine", ["l’", "AIEA", "qu'", "elle", "d’", "Ukraine"]),
        ("Lorsqu'il jusqu’à", ["Lorsqu'", "il", "jusqu’", "à"]),
        ("aujourd'hui, aujourd’hui", ["aujourd'hui", ",", "aujourd’hui"]),
        ("M. Dupont, le gén. Zaloujny", ["M.", "Dupont", ",", "le", "gén.", "Zaloujny"]),
        ("l'O.T.A.N. et l’ONU.", ["l'", "O.T.A.N.", "et", "l’", "ONU", "."]),
        ("J. Biden et J.-C. Dupond", ["J.", "Biden", "et", "J.-C.", "Dupond"]),
        ("« Azov »,", ["«", "Azov", "»", ","]),
        ("à 14h30, 14 h 30 et 14:32", ["à", "14h30", ",", "14 h 30", "et", "14:32"]),
        ("3,5 % de 1\u202f500 ou 12 000", ["3,5", "%", "de", "1\u202f500", "ou", "12 000"]),
        ("le 24/02/2022", ["le", "24/02/2022"]),
        (
            "Aix-en-Provence, Val-d'Oise, S-300",
            ["Aix-en-Provence", ",", "Val-d'Oise", ",", "S-300"],
        ),
        ("a-t-il dit, dit-elle", ["a", "-t-", "il", "dit", ",", "dit", "-", "elle"]),
        ("Slov’iansk rendez-vous", ["Slov’iansk", "rendez-vous"]),
        ("voir https://t.me/a?b=1.", ["voir", "https://t.me/a?b=1", "."]),
        ("@DefenceU #Kyiv 🇺🇦👍🏽", ["@DefenceU", "#Kyiv", "🇺🇦", "👍🏽"]),
        ("Non... Si… n° 5", ["Non", "...", "Si", "…", "n°", "5"]),
        ("e\u0301tat-major", ["e\u0301tat-major"]),
        ("John's men don't", ["John", "'s", "men", "do", "n't"]),
        ("soldat·e·s etc. 1er 3e", ["soldat·e·s", "etc.", "1er", "3e"]),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("M. Zelensky parle. Il part.", ["M. Zelensky parle.", "Il part."]),
        ("Le n° 5, J. Biden et 3.5 % partent.", ["Le n° 5, J. Biden et 3.5 % partent."]),
        ("« Feu ! » a crié le gén. Zaloujny.", ["« Feu ! » a crié le gén. Zaloujny."]),
        ("« Nous tiendrons. » Le maire part.", ["« Nous tiendrons. »", "Le maire part."]),
        ('"Oui." Mais "Nous" aussi.', ['"Oui."', 'Mais "Nous" aussi.']),
        ("Les chars, etc. Les avions.", ["Les chars, etc.", "Les avions."]),
        ("Le plan B. Il vient.", ["Le plan B.", "Il vient."]),
        ("Quoi ?! Non… Si.", ["Quoi ?!", "Non…", "Si."]),
        ("Un titre\nLe texte\nqui continue.", ["Un titre", "Le texte\nqui continue."]),
        ("un titre\n\nle texte", ["un titre", "le texte"]),
        ("1. Le premier. 2. Le second.", ["1. Le premier.", "2. Le second."]),
        ("Fin de la ville.Le maire de Lenta.Ru.", ["Fin de la ville.", "Le maire de Lenta.Ru."]),
        ("  \n ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@pytest.mark.shared
def test_mentions_begin_and_end_where_tokens_do(shared: Path) -> None:
    total = on_tokens = 0
    for name in ("train.csv", "dev.csv"):
        for document in read(shared / "data" / "textmine2025" / name):
            tokens = tokenize(document.text)
            starts, ends = {t.start for t in tokens}, {t.end for t in tokens}
            mentions = document.mentions()
            total += len(mentions)
            on_tokens += sum(m.start in starts and m.end in ends for m in mentions)
    assert total > 11_000
    assert on_tokens / total >= 0.995
