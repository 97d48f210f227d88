"""The words of a verdict, in English and French."""

from bouture.corpus.issue import Wording
from bouture.evaluate.arms import DUPLICATE, NONE
from bouture.evaluate.evaluation import Decision

LEAST_DOCUMENTS = 10
"""Test documents without which nothing is decided: a bootstrap by document needs some."""
LEAST_UNITS = 30
"""Gold mentions or relations in them without which nothing is decided."""

AUGMENT = Wording(
    "With {size} gold documents: augment with “{arm}”. {metric}: {versus}. Both gains are "
    "established (95% intervals above 0, and p < 0.05 after Holm’s correction).{labels}",
    "Avec {size} documents annotés : augmentez avec « {arm} ». {metric} : {versus}. Les "
    "deux gains sont établis (intervalles à 95 % au-dessus de 0, et p < 0,05 après correction de "
    "Holm).{labels}",
)
HARM = Wording(
    "With {size} gold documents: do not augment. No arm shows a gain worth having, and even the "
    "best one, “{arm}”, does harm. {metric}: {versus}.{labels}",
    "Avec {size} documents annotés : n’augmentez pas. Aucun bras ne montre de gain utile, et même "
    "le meilleur, « {arm} », dégrade les résultats. {metric} : {versus}.{labels}",
)
NO_GAIN = Wording(
    "With {size} gold documents: do not augment. No arm shows a gain worth having (at least "
    "{worthwhile}) over both gold alone and the duplicate control. The best is “{arm}”. "
    "{metric}: {versus}.{labels}",
    "Avec {size} documents annotés : n’augmentez pas. Aucun bras ne montre de gain utile (au "
    "moins {worthwhile}) à la fois par rapport aux documents annotés seuls et par rapport au "
    "témoin par duplication. Le meilleur est « {arm} ». {metric} : {versus}.{labels}",
)
UNKNOWN = Wording(
    "With {size} gold documents: not enough data to tell. The most promising arm is “{arm}”. "
    "{metric}: {versus}. This experiment finds a true difference of {detectable} 8 times in "
    "10, and smaller ones less often. {advice}{labels}",
    "Avec {size} documents annotés : pas assez de données pour trancher. Le bras le plus prometteur "
    "est « {arm} ». {metric} : {versus}. Cette expérience détecte 8 fois sur 10 un écart réel "
    "de {detectable}, et moins souvent un écart plus petit. {advice}{labels}",
)
METRIC = {"micro": Wording("Micro F1", "Micro-F1"), "macro": Wording("Macro F1", "Macro-F1")}
NOTHING = Wording(
    "With {size} gold documents: no arm had documents to add; nothing can be said.",
    "Avec {size} documents annotés : aucun bras n’avait de documents à ajouter ; on ne peut rien "
    "dire.",
)
VERSUS = Wording(
    "{delta} {against} (95% interval {low} to {high})",
    "{delta} {against} (intervalle à 95 % : de {low} à {high})",
)
AGAINST = {
    NONE: Wording("over gold alone", "par rapport aux documents annotés seuls"),
    DUPLICATE: Wording("over the duplicate control", "par rapport au témoin par duplication"),
}
MORE_SEEDS = Wording(
    "What would settle it for a difference of {target}: about {seeds} seeds instead of {now}.",
    "Pour trancher sur un écart de {target}, il faudrait environ {seeds} graines au lieu de {now}.",
)
UPPER_BOUND = Wording(
    "This gain is an upper bound: the documents were made with gold from outside the sample. `bouture "
    "run` with the size in the recipe makes them again from each sample.",
    "Ce gain est une borne supérieure : les documents ont été produits avec des annotations hors de "
    "l’échantillon. `bouture run`, avec cette taille dans la recette, les produit de nouveau à partir "
    "de chaque échantillon.",
)
ONE_EXPERIMENT = Wording(
    "All seeds have the same training documents here: this is one experiment, not several. More "
    "documents to draw from (`samples: 2`) or a size below the whole corpus would make them differ.",
    "Toutes les graines ont ici les mêmes documents d’entraînement : c’est une seule expérience. "
    "Davantage de documents à tirer (`samples: 2`) ou une taille inférieure au corpus entier les "
    "ferait varier.",
)
MORE_TESTS = Wording(
    "What would settle it for a difference of {target}: about {times} times as many test documents.",
    "Pour trancher sur un écart de {target}, il faudrait environ {times} fois plus de documents de "
    "test.",
)
MORE_DATA = Wording(
    "What would settle it for a difference of {target}: about {times} times as many test documents "
    "and seeds.",
    "Pour trancher sur un écart de {target}, il faudrait environ {times} fois plus de documents de "
    "test et de graines.",
)
NO_CONTROL = Wording(
    "Without the duplicate control no gain can be credited to new content.",
    "Sans le témoin par duplication, aucun gain ne peut être attribué à un contenu nouveau.",
)
SUGGESTIVE = Wording(
    "The interval alone would do; after correction for the number of comparisons it is not "
    "established: repeat it with this arm only, declared beforehand.",
    "L’intervalle seul suffirait ; après correction du nombre de comparaisons, le gain n’est pas "
    "établi : refaites l’expérience avec ce seul bras, annoncé d’avance.",
)
IMPROVED = Wording(
    " Labels it improves (taken one by one, uncorrected): {labels}.",
    " Types améliorés (pris un à un, sans correction) : {labels}.",
)
DEGRADED = Wording(
    " Labels it degrades (taken one by one, uncorrected): {labels}.",
    " Types dégradés (pris un à un, sans correction) : {labels}.",
)
OTHERWISE = Wording(" At the other sizes: {sizes}.", " Aux autres tailles : {sizes}.")
SHORT = {
    Decision.AUGMENT: Wording(
        "with {size}, augment with “{arm}”", "avec {size}, augmentez avec « {arm} »"
    ),
    Decision.DO_NOT_AUGMENT: Wording("with {size}, do not augment", "avec {size}, n’augmentez pas"),
    Decision.CANNOT_TELL: Wording(
        "with {size}, not enough data to tell", "avec {size}, pas assez de données pour trancher"
    ),
}
TOO_FEW = Wording(
    "Not enough data to tell: {documents} test documents with {units} units to find. Below "
    f"{LEAST_DOCUMENTS} documents or {LEAST_UNITS} units no interval can be trusted.",
    "Pas assez de données pour trancher : {documents} documents de test, avec {units} unités à "
    f"trouver. En dessous de {LEAST_DOCUMENTS} documents ou de {LEAST_UNITS} unités, aucun "
    "intervalle n’est fiable.",
)
EXPLORATORY = Wording(
    "EXPLORATORY RUN: the safeguards were lifted, no claim may rest on it. ",
    "ESSAI EXPLORATOIRE : les garde-fous ont été levés, on ne peut rien en conclure. ",
)
