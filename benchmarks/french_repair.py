"""Substitution in real French corpora against an independent list of rules: `python benchmarks/french_repair.py [--package]`.

Each entity of TextMine train, HIPE 2020 and MultiCrossRE (French) is substituted once, by another entity of its label
drawn from the same corpus. The text of the result is then searched for violations with regular expressions and lists
that share nothing with bouture's code. Not counted: a violation of a rule that the source breaks as often, one that the
corpus itself writes somewhere, one inside a surface. With `--package` the lexicon of `bouture[french]` is asked
too, and its nouns (read here anew) check gender and number.
"""

import argparse
import json
import os
import random
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from bouture import formats
from bouture.corpus.document import Document, Span
from bouture.strategies.dialogue import Declined
from bouture.strategies.french.facts import Facts
from bouture.strategies.french.job import is_anaphor
from bouture.strategies.french.lexicon import Corpus, Lexicons
from bouture.strategies.french.repair import substitute
from bouture.strategies.french.surface import Surface

SHARED = Path(os.environ.get("BOUTURE_SHARED", Path(__file__).parent.parent.parent / "shared"))
CORPORA = (
    "textmine2025/train.csv",
    "hipe2020_fr/train.jsonl",
    "hipe2020_fr/dev.jsonl",
    "multicrossre_fr/train.jsonl",
    "multicrossre_fr/dev.jsonl",
)
_VOWEL = "aàâäeéèêëiîïoôöuùûüœæ"
_CONSONANT = "bcçdfgjklmnpqrstvwxz"
_NO = r"(?!onz|oui|uhlan|ululement|un\b|ouist|yaourt|iou|iai|iau|iev|uk\b|ia[kn]|iar|une? |et\b|ou\b|où\b|à\b|en\b|est\b|a\b|ai\b|ont\b)"
_ASPIRATED = (
    "hach|hain|hall|halt|hamas|hameau|handicap|hangar|harc|hasard|hausse|haut|havre|hérisson|héros\\b|heurt|hezbollah|"
    "hibou|hiérarch|holland|homard|hongr|hondur|hont|hors|houthi|huit|hurl|hutte|haricot|haye|handball|hockey"
)
_MUTE = "habitant|heure|histoire|hiver|hélicopt|homme|hommage|honneur|honor|hôpita|hôtel|hospital|huile|humain|humanit|herb|hypoth|horair|héritage"
_FEMININE = (
    "Russie France Chine Pologne Turquie Syrie Grèce Belgique Suisse Roumanie Moldavie Finlande Géorgie Biélorussie Crimée Libye "
    "Corse Bretagne Normandie Suède Norvège Bulgarie Hongrie Tunisie Jordanie Lettonie Lituanie Serbie Croatie Colombie Bolivie "
    "ville police voiture femme victime maison guerre région mer banque société fille compagnie personne famille directrice"
)
_MASCULINE = (
    "Japon Canada Brésil Mexique Maroc Mali Niger Tchad Liban Yémen Pakistan Kazakhstan Portugal Danemark Donbass Qatar Kenya "
    "Sénégal Soudan Venezuela Pérou Chili policier camion véhicule directeur village gouvernement président groupe train garçon couteau"
)
_CITIES = "Kiev Paris Londres Moscou Berlin Rome Madrid Genève Lausanne Bruxelles Washington Tokyo Pékin Lyon Marseille Odessa Kharkiv"
_COUNTRIES = (
    "Russie France Chine Pologne Turquie Syrie Grèce Belgique Suisse Roumanie Finlande Hongrie Ukraine Allemagne Italie Espagne Inde "
    "Autriche Algérie Tunisie Égypte Suède Norvège"
)


def _any(words: str) -> str:
    return "(?:" + "|".join(words.split()) + r")\b"


RULES = {
    "de le, à les": r"\b(?:de|à) les?(?= (?!\w+(?:er|ir|re|oir)\b)\w)",
    "de Le Havre": r"\b(?:de|à|De|À) (?:Le (?:Havre|Caire|Mans|Cap|Touquet|Monde|Figaro)|Les (?:Sables|Ulis|Mureaux))",
    "le/la before a vowel": rf"\b(?:le|la) (?={_NO}[{_VOWEL}]\w)\w+",
    "ce before a vowel": rf"\bce (?!est|était|à|a\b|{_NO[3:-1]})[{_VOWEL}]\w+",
    "ma/ta/sa before a vowel": rf"\b(?:ma|ta|sa) {_NO}[{_VOWEL}]\w+",
    "de/que before a vowel": rf"\b(?:de|que|jusque|lorsque|puisque) {_NO}[{_VOWEL}]\w+",
    "du/au before a vowel": rf"\b(?:du|au) {_NO}[{_VOWEL}]\w+",
    "elided before a consonant": rf"\b(?:l|d|qu|jusqu|lorsqu)['’][{_CONSONANT}]\w+",
    "cet, bel… before a consonant": rf"\b(?:cet|bel|nouvel|vieil) [{_CONSONANT}]\w+",
    "beau… before a vowel": rf"\b(?:beau|nouveau) (?!et\b|à\b|en\b|ou\b|est\b|a\b){_NO}[{_VOWEL}]\w+",
    "h aspiré elided": rf"\b(?:(?:l|d|qu)['’]|cet )(?:{_ASPIRATED})\w*",
    "h mute not elided": rf"\b(?:le|la|de|que|ce|ma|sa|du|au) (?:{_MUTE})\w*",
    "masculine before a feminine": rf"\b(?:le|un|du|au|ce|cet) {_any(_FEMININE)}",
    "feminine before a masculine": rf"\b(?:la|une|cette|sa|ma) {_any(_MASCULINE)}",
    "plural before a singular": rf"\b(?:les|des|aux|ces|deux|plusieurs) {_any(_FEMININE)}|\b(?:les|des|aux|ces) {_any(_MASCULINE)}",
    "à before a country in en": rf"\bà {_any(_COUNTRIES)}",
    "article before a town": rf"\b(?:le|la|du|au|les|aux) {_any(_CITIES)}",
    "en before a town or « au » country": rf"\ben (?:{_any(_CITIES)}|{_any('Japon Canada Brésil Mexique Maroc Mali Liban Portugal')})",
    "bare country": rf"\b(?:selon|vers|contre|avec) {_any(_COUNTRIES)}",
    "two determiners": r"\b(?:le|la|les|un|une|du|des|au|aux|ce|cette|ces|son|sa|ses) (?:le|la|les|un|une|du|des|au|ce|cette|ces|son|sa)\b|[ld]['’](?:le|la|les|l['’]|du|des)\b",
    "de before des, du": r"\b(?:de|d['’]) ?(?:des|du|de la)\b",
    "predicate": r"(?:^|[.!?] )(?:la|une|cette) \w+ (?:est|était|a été|sera|avait été) \w{2,}[éu]\b|(?:^|[.!?] )(?:le|un|ce|cet) \w+ (?:est|était|a été|sera) \w+ée\b|"
    r"(?:^|[.!?] )(?:les|des|ces) \w+ (?:est|a|était|sera|avait)\b|(?:^|[.!?] )(?:la|une|cette|un|cet|ce) \w+ (?:sont|ont|étaient|avaient)\b",
    "attribute": r"\b(?:un|le|ce) \w+ \w{2,}ée\b|\b(?:une|cette) \w+ (?!a\b)\w{3,}é\b",
    "small letter first": r"(?:^|(?<=\w\w[.!?] ))[a-zà-ÿ]\w+",
    "capital inside": r"(?<=[a-zà-ÿ,] )(?:Du|Des|Au|Aux|De|D['’])(?= |\w)",
    "spaces": r"  |(?<=['’]) (?=\w)| [,.](?=\s|$)",
}
_CASED = ("small letter first", "capital inside", "de le, à les", "de Le Havre")
_COMPILED = {
    name: re.compile(rule, re.IGNORECASE if name not in _CASED else 0)
    for name, rule in RULES.items()
}


class Nouns:
    """Determiners that contradict the only gender, or the number, of a noun of pyrealb's lexicon."""

    _PAIR = re.compile(r"\b([A-Za-z]+) ([a-zà-ÿœ]+)\b")
    _MASCULINE = frozenset(("le", "un", "du", "au", "ce", "cet", "aucun"))
    _FEMININE = frozenset(("la", "une", "cette", "aucune", "sa"))
    _PLURAL = frozenset(("les", "des", "aux", "ces", "deux", "plusieurs", "quelques", "ses"))

    def __init__(self) -> None:
        spec = find_spec("pyrealb")
        assert spec is not None and spec.origin is not None, 'pip install "bouture[french]"'
        text = (Path(spec.origin).parent / "data" / "lexicon-fr.json").read_text("utf-8")
        only = {w: e["N"].get("g") for w, e in json.loads(text).items() if set(e) == {"N"}}
        self._genders = {w: g for w, g in only.items() if g in ("m", "f") and len(w) > 3}

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        for found in self._PAIR.finditer(text):
            determiner, noun = found[1].lower(), found[2]
            gender = self._genders.get(noun)
            if gender is None:
                continue
            wrong = self._FEMININE if gender == "m" else self._MASCULINE
            if determiner in wrong or (determiner in self._PLURAL and noun[-1] not in "sxz"):
                yield found


class Rule(Protocol):
    def finditer(self, text: str) -> Iterator[re.Match[str]]: ...


def violations(text: str, rules: Mapping[str, Rule]) -> Counter[tuple[str, str]]:
    return Counter(
        (n, found[0].lower()) for n, rule in rules.items() for found in rule.finditer(text)
    )


def surfaces(document: Document) -> Iterator[tuple[str, str, tuple[Surface, ...]]]:
    """Id and label of each entity with its surfaces that are no pronouns, the longest first."""
    mentions = document.mentions()
    for entity in document.entities:
        found: dict[str, Surface] = {}
        for span in entity.spans:
            text = document.mention_text(span)
            inner = [m for m in mentions if m.entity != entity.id and span.contains(m.span)]
            nested = tuple((Span(m.start - span.start, m.end - span.start), m.label) for m in inner)
            if not is_anaphor(text):
                found.setdefault(text, Surface(text, nested))
        if found:
            yield entity.id, entity.label, tuple(sorted(found.values(), key=lambda s: -len(s.text)))


_PERSON_LABELS = """
    pers person politician writer researcher scientist musicalartist CIVILIAN FIRSTNAME LASTNAME MILITARY
"""
_PERSONS = frozenset(_PERSON_LABELS.split())


def _known(label: str) -> Facts:
    """What the label says of every name under it; a common noun under it is unaffected."""
    return Facts(kind="person") if label in _PERSONS else Facts()


def judge(corpus: Path, package: bool, show: int) -> None:
    documents = formats.read(corpus)
    known = Corpus(documents)
    attested = {text for d in documents for _, text in violations(d.text, _COMPILED)}
    rules: dict[str, Rule] = dict(_COMPILED)
    lexicon: Lexicons = Lexicons(known)
    if package:
        from bouture.strategies.french.package import french_lexicon

        lexicon = Lexicons(known, french_lexicon())
        rules["noun: gender or number"] = Nouns()
    donors: dict[tuple[object, ...], list[tuple[Surface, ...]]] = {}
    for document in documents:
        for _, label, found in surfaces(document):
            donors.setdefault((label, *(s.structure for s in found)), []).append(found)
    ends: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    started = time.perf_counter()
    for document in documents:
        own_faults = violations(document.text, rules)
        for id, label, found in surfaces(document):
            rng = random.Random(f"{document.id} {id}")
            others = [
                d
                for d in donors[label, *(s.structure for s in found)]
                if not {s.text for s in d} & {s.text for s in found}
            ]
            if not others:
                ends["no other"] += 1
                continue
            new = dict(zip((s.text for s in found), rng.choice(others), strict=True))
            try:
                made = substitute(document, id, new, _known(label), lexicon=lexicon)
            except Declined as declined:
                ends[declined.issues[0].code] += 1
                continue
            ends["made"] += 1
            before = Counter(name for name, _ in own_faults.elements())
            new_faults = violations(made.text, rules)
            after = Counter(name for name, _ in new_faults.elements())
            own = {m.text.lower() for m in made.mentions()}
            for name, text in new_faults - own_faults:
                if after[name] <= before[name] or text in attested or any(text in m for m in own):
                    continue  # the source has it too, the corpus writes it so, or it is inside a surface
                faults[name] += 1
                if sum(faults.values()) <= show:
                    print(f"  {name}: {text!r}, {new} in {made.text!r}")
    seconds = time.perf_counter() - started
    tried = sum(ends.values()) - ends["no other"]
    print(
        f"{corpus.parent.name}/{corpus.stem}: {tried} substitutions, {ends['made'] / tried:.1%} made, {sum(faults.values())} violations, {seconds:.1f} s"
    )
    print(
        "   declined:",
        ", ".join(f"{code} {n / tried:.1%}" for code, n in sorted(ends.items()) if code[0] == "P"),
    )
    if faults:
        print("   violations:", dict(faults))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--package", action="store_true", help="ask the lexicon of bouture[french] too"
    )
    parser.add_argument("--show", type=int, default=5, help="violations to print, a corpus")
    asked = parser.parse_args()
    for name in CORPORA:
        judge(SHARED / "data" / name, asked.package, asked.show)


if __name__ == "__main__":
    main()
