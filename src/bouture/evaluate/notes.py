"""What the reader of an evaluation must know to read its figures right, in both languages."""

from collections.abc import Mapping, Sequence
from typing import Any

from bouture.corpus.issue import Wording
from bouture.evaluate.arms import DUPLICATE, NONE, Pool, TrainingSet, gold_behind
from bouture.evaluate.evaluation import Note
from bouture.evaluate.settings import Settings

EXPLORATORY = Wording(
    "Exploratory: five seeds and the duplicate control were not required. No claim may rest on it.",
    "Exploratoire : ni cinq graines ni le témoin par duplication n’ont été exigés. On ne peut rien "
    "en conclure.",
)
TOO_LARGE = Wording(
    "Sizes left out, larger than the {gold} training documents: {sizes}.",
    "Tailles écartées, supérieures aux {gold} documents d’entraînement : {sizes}.",
)
OWN_COPIES = Wording(
    "{number} documents of the strategy “duplicate” are left out: the control makes its own copies.",
    "{number} documents de la stratégie « duplicate » sont écartés : le témoin fait ses propres "
    "copies.",
)
SOURCES_UNKNOWN = Wording(
    "{number} synthetic documents do not say what they were made from: they were used with every "
    "gold sample, so below {gold} documents their gain may come from gold outside the sample.",
    "{number} documents synthétiques ne disent pas d’où ils viennent : ils ont servi avec tous les "
    "échantillons, si bien qu’au-dessous de {gold} documents leur gain peut venir de documents "
    "annotés hors de l’échantillon.",
)
SOURCES_ELSEWHERE = Wording(
    "{number} synthetic documents were never used: their sources or demonstrations are not all "
    "among the training documents (for instance “{example}”).",
    "{number} documents synthétiques n’ont jamais servi : leurs sources ou les exemples montrés "
    "au modèle ne sont pas tous parmi les documents d’entraînement (par exemple « {example} »).",
)
LEXICONS = Wording(
    "Below {gold} documents: a strategy that drew on the whole training corpus (replacement "
    "lexicons, plans) may carry gold from outside the sample; its gain there is an upper bound.",
    "Au-dessous de {gold} documents : une stratégie qui a puisé dans tout le corpus d’entraînement "
    "(lexiques de substitution, plans) peut apporter des annotations hors de l’échantillon ; son "
    "gain y est une borne supérieure.",
)
REMADE = Wording(
    "Below {gold} documents, strategies that ask no model were run again on each gold sample (without "
    "the checks), so that none draws on gold outside it.",
    "Au-dessous de {gold} documents, les stratégies qui n’interrogent aucun modèle ont été relancées "
    "sur chaque échantillon (sans les contrôles), afin qu’aucune ne puise hors de celui-ci.",
)
SHORT = Wording(
    "“{arm}” with {size} gold documents: {added} documents added on average, {wanted} wanted, "
    "where the duplicate control had {wanted}.",
    "« {arm} » avec {size} documents annotés : {added} documents ajoutés en moyenne pour {wanted} "
    "voulus, alors que le témoin par duplication en avait {wanted}.",
)
REPEATED = Wording(
    "With {size} gold documents the {seeds} seeds have one and the same training set for: {arms}. "
    "They are one experiment, not {seeds}; its interval shows the chance of the test documents "
    "alone. A size below the whole corpus makes the seeds differ.",
    "Avec {size} documents annotés, les {seeds} graines ont un seul et même jeu d’entraînement "
    "pour : {arms}. C’est une seule expérience, et non {seeds} ; son intervalle ne reflète que le "
    "hasard des documents de test. Une taille inférieure au corpus entier fait varier les graines.",
)
ABSENT = Wording(
    "“{arm}” with {size} gold documents: nothing could be added, the arm is left out.",
    "« {arm} » avec {size} documents annotés : rien à ajouter, le bras est omis.",
)
UNLEARNABLE = Wording(
    "The learner cannot learn some mentions (not on token boundaries, or nested too deep): up to "
    "{dropped} in one training set.",
    "Le modèle entraîné ne peut pas apprendre certaines mentions (bords à l’intérieur d’un mot, "
    "ou imbrication trop profonde) : jusqu’à {dropped} dans un jeu d’entraînement.",
)


def too_large(sizes: Sequence[int], gold: int) -> Note:
    """Sizes that cannot be drawn."""
    return _note(TOO_LARGE, gold=gold, sizes=", ".join(map(str, sizes)))


def unlearnable(dropped: int) -> list[Note]:
    """Mentions the learner could not represent."""
    return [_note(UNLEARNABLE, dropped=dropped)] if dropped else []


def about(pool: Pool, sizes: Sequence[int], settings: Settings) -> list[Note]:
    """What follows from the settings and from where the synthetic documents come from."""
    found = [_note(EXPLORATORY)] if settings.exploratory else []
    if pool.copies:
        found.append(_note(OWN_COPIES, number=pool.copies))
    gold = {document.id for document in pool.documents[: pool.gold]}
    used = [pool.documents[i] for numbers in pool.strategies.values() for i in numbers]
    partial = any(size < pool.gold for size in sizes)
    unknown = sum(1 for document in used if not gold_behind(document))
    if unknown and partial:
        found.append(_note(SOURCES_UNKNOWN, number=unknown, gold=pool.gold))
    if partial and any(pool.remade.values()):
        found.append(_note(REMADE, gold=pool.gold))
    if partial and pool.bounded() and len(used) > unknown:
        found.append(_note(LEXICONS, gold=pool.gold))
    elsewhere = [document.id for document in used if not gold_behind(document) <= gold]
    if elsewhere:
        found.append(_note(SOURCES_ELSEWHERE, number=len(elsewhere), example=elsewhere[0]))
    return found


def shortfalls(
    sets: Mapping[tuple[int, str], Sequence[TrainingSet]],
    wanted: Mapping[int, int],
    arms: Sequence[str],
) -> list[Note]:
    """Arms that had fewer documents to add than asked for, or none."""
    found = []
    for size, number in wanted.items():
        for arm in arms:
            if arm in (NONE, DUPLICATE):
                continue
            drawn = sets.get((size, arm))
            if drawn is None:
                found.append(_note(ABSENT, arm=arm, size=size))
                continue
            added = sum(one.added for one in drawn) / len(drawn)
            if added < number:
                shown = f"{added:.1f}".removesuffix(".0")
                found.append(_note(SHORT, arm=arm, size=size, added=shown, wanted=number))
    return found


def repeated(sets: Mapping[tuple[int, str], Sequence[TrainingSet]]) -> list[Note]:
    """Arms whose seeds all have the same training set, so that they are one experiment and not several."""
    arms: dict[int, list[str]] = {}
    for size, arm in sorted(repeated_arms(sets)):
        arms.setdefault(size, []).append(arm)
    return [
        _note(REPEATED, size=size, arms=", ".join(names), seeds=len(sets[size, names[0]]))
        for size, names in arms.items()
    ]


def repeated_arms(
    sets: Mapping[tuple[int, str], Sequence[TrainingSet]],
) -> frozenset[tuple[int, str]]:
    """(size, arm) whose seeds all have the same training set."""
    return frozenset(key for key, drawn in sets.items() if len(drawn) > 1 and len(set(drawn)) == 1)


def _note(wording: Wording, **evidence: Any) -> Note:
    french = {
        name: value.replace(".", ",") if name == "added" else value
        for name, value in evidence.items()
    }
    return Note(wording.en.format(**evidence), wording.fr.format(**french))
