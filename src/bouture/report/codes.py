"""What each reason code stands for, in a few words; `docs/codes.md` is written from here."""

from bouture.corpus.issue import Wording

READING = {
    "M01": Wording("the model refuses", "le modèle refuse"),
    "M02": Wording(
        "something around the text: fence, preface, remark, reasoning",
        "quelque chose autour du texte : bloc de code, préambule, remarque, raisonnement",
    ),
    "M03": Wording("the answer was cut", "réponse coupée"),
    "M04": Wording("nothing to read in the answer", "rien à lire dans la réponse"),
    "M05": Wording("one entity that cannot be read", "une entité illisible"),
    "M06": Wording("a label outside the schema", "un type hors du schéma"),
    "M07": Wording("a mention that is not in the text", "une mention absente du texte"),
    "M08": Wording("a mention that cuts a word", "une mention qui coupe un mot"),
    "M09": Wording(
        "a mention with several possible places", "une mention à plusieurs places possibles"
    ),
    "M10": Wording("nesting that the schema does not know", "une imbrication inconnue du schéma"),
    "M11": Wording("two labels on one span", "deux types sur un même empan"),
    "M12": Wording(
        "decoration: bold, numbering, quotes", "ornements : gras, numérotation, guillemets"
    ),
    "M13": Wording(
        "tags: unclosed, crossed, doubled, unknown, misplaced",
        "balises : non fermées, croisées, doublées, inconnues, mal placées",
    ),
    "M15": Wording("relation lines", "lignes de relations"),
    "M17": Wording("passages in another script", "passages dans une autre écriture"),
    "M18": Wording("placeholders left in the text", "emplacements restés à remplir"),
    "M19": Wording(
        "talk about the task instead of a text", "propos sur la tâche au lieu d’un texte"
    ),
}
ASKING = {
    "R01": Wording("no answer after every try", "sans réponse après toutes les tentatives"),
    "R02": Wording("the server refuses the request", "requête refusée par le serveur"),
    "R03": Wording(
        "the provider’s content filter", "réponse bloquée par le filtre de contenu du fournisseur"
    ),
    "R04": Wording("no recorded answer", "aucune réponse enregistrée pour cette requête"),
}
DECLINING = {
    "P00": Wording("no document and no reason", "ni document ni raison"),
    "P01": Wording("the draw changed nothing", "le tirage n’a rien changé"),
    "P02": Wording("no synonym fits", "aucun synonyme ne convient"),
    "P03": Wording("no mention can be replaced", "aucune mention n’est remplaçable"),
    "P04": Wording("the document has no mention", "document sans mention"),
    "P05": Wording(
        "the model was asked a second time", "le modèle a été interrogé une seconde fois"
    ),
    "P06": Wording("crossing mentions", "mentions croisées"),
    "P07": Wording("the document has no text", "document sans texte"),
    "P10": Wording("gender of the new mention unknown", "genre de la nouvelle mention inconnu"),
    "P11": Wording("number of the new mention unknown", "nombre de la nouvelle mention inconnu"),
    "P12": Wording("elision unknown", "élision inconnue"),
    "P13": Wording("article of the name unknown", "article du nom inconnu"),
    "P14": Wording(
        "preposition of place unknown or ambiguous", "préposition de lieu inconnue ou ambiguë"
    ),
    "P15": Wording("a determiner missing or too many", "déterminant manquant ou de trop"),
    "P16": Wording("agreement not certain", "accord incertain"),
    "P17": Wording("a pronoun would be wrong", "un pronom deviendrait faux"),
    "P18": Wording("another mention in the way", "une autre mention gêne"),
    "P19": Wording("the mention is no noun", "la mention n’est pas un nom"),
    "P20": Wording("no usable mention in the pool", "aucune mention utilisable dans la réserve"),
    "P21": Wording(
        "a pool with less than half of what was asked for",
        "une réserve à moins de la moitié de ce qui était demandé",
    ),
    "P22": Wording("no entity could be replaced", "aucune entité n’a pu être remplacée"),
    "P23": Wording(
        "a mention of the pool does not fit in its place",
        "une mention de la réserve ne convient pas à sa place",
    ),
    "P24": Wording("only the context was rewritten", "seul le contexte a été réécrit"),
    "P25": Wording("nothing that the noise could change", "rien que le bruit puisse changer"),
    "P30": Wording(
        "no plan can be drawn from gold", "aucun plan ne peut être tiré du corpus annoté"
    ),
    "P31": Wording(
        "a planned mention is missing, changed or one too many",
        "une mention du plan manque, a changé ou est de trop",
    ),
    "P32": Wording("a planned entity has another label", "une entité du plan a un autre type"),
    "P33": Wording("a planned relation is missing", "une relation du plan manque"),
    "P34": Wording("a planned relation is reversed", "une relation du plan est inversée"),
    "P35": Wording(
        "a fact is stated that the plan rules out", "un fait exclu par le plan est énoncé"
    ),
    "P36": Wording("evidence of a planned relation", "preuve d’une relation du plan"),
    "P37": Wording(
        "a mention beyond the plan, or a planned name untagged",
        "une mention hors du plan, ou un nom du plan sans balise",
    ),
    "P38": Wording("a relation beyond the plan", "une relation hors du plan"),
    "P39": Wording(
        "asked again, the model reads a relation that was not planned",
        "réinterrogé, le modèle lit une relation non prévue",
    ),
    "P40": Wording(
        "no finished rule of the guide to illustrate", "aucune règle achevée du guide à illustrer"
    ),
    "P41": Wording(
        "a text does not show the rule, or breaks its code",
        "un texte ne montre pas la règle, ou enfreint son code",
    ),
    "P42": Wording(
        "the trap of a rule is missing or not in the text",
        "le piège d’une règle manque ou n’est pas dans le texte",
    ),
    "P43": Wording("the trap of a rule is annotated", "le piège d’une règle est annoté"),
    "P44": Wording(
        "no minimal pair: one text, the same, too different, or copied from the guide",
        "pas de paire minimale : un seul texte, le même, trop différent, ou copié du guide",
    ),
    "P45": Wording("nothing to flip or to set side by side", "rien à inverser ni à rapprocher"),
    "P46": Wording("the twin is not as asked", "la phrase jumelle n’est pas celle demandée"),
    "P47": Wording(
        "the edit is too large, or no word shows it",
        "la retouche est trop grande, ou aucun mot ne la montre",
    ),
    "P48": Wording(
        "two entities that should be unrelated", "deux entités qui devraient rester sans relation"
    ),
    "P49": Wording(
        "an entity in a text that should have none",
        "une entité dans un texte qui ne devrait pas en avoir",
    ),
    "P50": Wording(
        "no dimensions, or no mention to require", "pas de dimensions, ou aucune mention à imposer"
    ),
    "P51": Wording(
        "proposed dimensions that cannot be read", "des dimensions proposées illisibles"
    ),
    "P52": Wording(
        "a required mention is missing or changed", "une mention imposée manque ou a changé"
    ),
    "P53": Wording(
        "the text was changed while it was annotated", "le texte a été modifié pendant l’annotation"
    ),
    "P54": Wording(
        "an annotated string that is not in the text", "une chaîne annotée absente du texte"
    ),
    "P55": Wording(
        "passages without enough readable answers, masked",
        "des passages sans assez de réponses lisibles, masqués",
    ),
    "P56": Wording(
        "mentions in doubt (votes, several places), masked",
        "des mentions incertaines (voix, plusieurs places), masquées",
    ),
    "P57": Wording("no label to annotate with", "aucun type pour annoter"),
    "P58": Wording("a follower disagrees with a mention", "une relecture conteste une mention"),
    "P59": Wording(
        "a follower’s answer without a usable verdict", "une relecture sans verdict utilisable"
    ),
    "P60": Wording(
        "a correction that gold agrees with, made",
        "une correction confirmée par le corpus annoté, appliquée",
    ),
    "P61": Wording(
        "a verdict that contradicts itself, set aside",
        "un verdict qui se contredit, laissé de côté",
    ),
    "P62": Wording(
        "the translation has other tags than the source",
        "la traduction n’a pas les balises de la source",
    ),
    "P63": Wording("the text was not translated", "le texte n’a pas été traduit"),
    "P64": Wording(
        "the text came back from translation as it was",
        "le texte est revenu tel quel de la traduction",
    ),
}
CHECKING = {
    "F2": Wording("the edges of a mention", "les bords d’une mention"),
    "F3": Wording(
        "a mention or relation lost, changed or added",
        "une mention ou une relation perdue, modifiée ou ajoutée",
    ),
    "S1": Wording("a label outside the schema", "un type hors du schéma"),
    "S2": Wording("the ends of a relation", "les extrémités d’une relation"),
    "S3": Wording("an axiom of a relation", "un axiome d’une relation"),
    "S5": Wording(
        "a surface with an unusual label", "une forme qui porte un type inhabituel pour elle"
    ),
    "S6": Wording("annotated here and not there", "annoté ici et pas là"),
    "L1": Wording("a mention that nobody annotated", "une mention que personne n’a annotée"),
    "L8": Wording(
        "an affirmed relation is negated or supposed, or the reverse",
        "une relation affirmée devient niée ou supposée, ou l’inverse",
    ),
    "N1": Wording("another language", "une autre langue"),
    "N3": Wording(
        "the surface of the text: quotes, repetitions, contractions, spaces",
        "la tenue du texte : guillemets, répétitions, contractions, espaces",
    ),
    "N4": Wording("lengths outside the range of gold", "longueurs hors de celles du corpus annoté"),
    "D1": Wording(
        "nearly the same as another new document", "presque le même qu’un autre nouveau document"
    ),
    "D2": Wording(
        "too near to its source, or too far", "trop proche de sa source, ou trop éloigné"
    ),
    "D3": Wording(
        "shared with dev or test documents", "commun avec des documents de dev ou de test"
    ),
}
GUIDE = {
    "G20": Wording("a rule without example", "une règle sans exemple"),
    "G21": Wording("axioms that contradict each other", "des axiomes qui se contredisent"),
    "G22": Wording(
        "an example that breaks the guide's own ends or axioms",
        "un exemple qui enfreint les extrémités ou les axiomes du guide",
    ),
    "G23": Wording(
        "an example that breaks a coded rule", "un exemple qui enfreint une règle codée"
    ),
    "G24": Wording(
        "a counter-example that the code of its rule does not catch",
        "un contre-exemple que le code de sa règle ne détecte pas",
    ),
    "G25": Wording("an example with undeclared nesting", "un exemple à l’imbrication non déclarée"),
    "G31": Wording("a label of gold that is not in the guide", "un type annoté absent du guide"),
    "G32": Wording(
        "a label of the guide that is never annotated", "un type du guide jamais annoté"
    ),
    "G33": Wording(
        "relation ends that the guide does not allow",
        "des extrémités de relation que le guide ne permet pas",
    ),
    "G34": Wording("an axiom broken in gold", "un axiome enfreint dans le corpus annoté"),
    "G35": Wording(
        "nesting that the guide does not declare", "une imbrication non déclarée par le guide"
    ),
    "G36": Wording(
        "a mention that breaks a coded rule", "une mention qui enfreint une règle codée"
    ),
    "G37": Wording(
        "gold annotates what a counter-example forbids",
        "le corpus annote ce qu’un contre-exemple interdit",
    ),
    "G38": Wording(
        "gold annotates an example's surface with another label",
        "le corpus donne un autre type à la forme d’un exemple",
    ),
    "G39": Wording(
        "rules whose examples are not met in gold",
        "des règles dont les exemples ne se rencontrent pas dans le corpus",
    ),
}
ANNOTATION = {
    "A01": Wording(
        "annotated elsewhere in the document and not here",
        "annoté ailleurs dans le document, pas ici",
    ),
    "A02": Wording(
        "annotated elsewhere in the corpus and not here", "annoté ailleurs dans le corpus, pas ici"
    ),
    "A03": Wording(
        "a label that this surface hardly ever has", "un type que cette forme n’a presque jamais"
    ),
    "A04": Wording("a determiner inside the mention", "un déterminant dans la mention"),
    "A05": Wording("crossing mentions", "mentions croisées"),
    "A06": Wording("a space or sign at the edge", "un espace ou un signe au bord"),
    "A07": Wording("an edge inside a word", "un bord dans un mot"),
}
TITLES = READING | ASKING | DECLINING | CHECKING | GUIDE | ANNOTATION
