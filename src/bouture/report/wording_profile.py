"""What the page and the tables of a profile say, in English and French."""

from bouture.corpus.issue import Wording

PROFILE: dict[str, Wording] = {
    "profile.kicker": Wording("bouture · corpus profile", "bouture · profil de corpus"),
    "profile.lead": Wording(
        "What this corpus is made of, what it hardly has, and where its annotation deserves a "
        "second look.",
        "De quoi ce corpus est fait, ce qui lui manque, et où son annotation mérite d’être relue.",
    ),
    "profile.documents": Wording("documents", "documents"),
    "profile.characters": Wording("characters", "caractères"),
    "profile.sentences": Wording("sentences", "phrases"),
    "profile.tokens": Wording("tokens", "mots"),
    "profile.mentions": Wording("mentions", "mentions"),
    "profile.entities": Wording("entities", "entités"),
    "profile.relations": Wording("relations", "relations"),
    "profile.issues": Wording("probable annotation errors", "erreurs d’annotation probables"),
    "lengths.title": Wording("Documents", "Documents"),
    "lengths.lead": Wording(
        "How long they are, how densely they are annotated.",
        "Leur longueur, la densité de leur annotation.",
    ),
    "lengths.chart": Wording("{measure} per document", "{measure} par document"),
    "lengths.table": Wording("Per document", "Par document"),
    "lengths.mean": Wording("Mean", "Moyenne"),
    "lengths.minimum": Wording("Min.", "Min."),
    "lengths.q1": Wording("Q1", "Q1"),
    "lengths.median": Wording("Median", "Médiane"),
    "lengths.q3": Wording("Q3", "Q3"),
    "lengths.maximum": Wording("Max.", "Max."),
    "shares.title": Wording("In brief", "En bref"),
    "shares.documents_without_entity": Wording(
        "Documents without any entity", "Documents sans aucune entité"
    ),
    "shares.documents_without_relation": Wording(
        "Documents without any relation", "Documents sans aucune relation"
    ),
    "shares.relations_across_sentences": Wording(
        "Relations across sentences", "Relations d’une phrase à l’autre"
    ),
    "shares.nested_mentions": Wording(
        "Mentions inside another", "Mentions imbriquées dans une autre"
    ),
    "shares.same_span_mentions": Wording(
        "Mentions that share their exact span", "Mentions de même empan qu’une autre"
    ),
    "shares.ambiguous_mentions": Wording(
        "Mentions whose form has several labels", "Mentions dont la forme a plusieurs types"
    ),
    "shares.unseen_surfaces": Wording(
        "Mentions unseen in the other half of the corpus",
        "Mentions inédites d’une moitié du corpus à l’autre",
    ),
    "shares.elided_mentions": Wording(
        "Mentions after an elision (l’, d’, qu’)", "Mentions après une élision (l’, d’, qu’)"
    ),
    "labels.title": Wording("Entity labels", "Types d’entités"),
    "labels.nav": Wording("Labels", "Types"),
    "labels.lead": Wording(
        "From the most frequent to the rarest. Forms are different strings, apart from case and "
        "typography.",
        "Du plus fréquent au plus rare. Les formes sont les chaînes différentes, à la casse et à "
        "la typographie près.",
    ),
    "labels.chart": Wording("Mentions of each label", "Mentions de chaque type"),
    "labels.surfaces": Wording("Forms", "Formes"),
    "labels.length": Wording("Words per mention", "Mots par mention"),
    "labels.per_entity": Wording("Mentions per entity", "Mentions par entité"),
    "relations.title": Wording("Relations", "Relations"),
    "relations.chart": Wording("Relations of each type", "Relations de chaque type"),
    "relations.across": Wording("Across sentences", "D’une phrase à l’autre"),
    "relations.loops": Wording("Self-loops", "Réflexives"),
    "relations.signatures": Wording(
        "Which labels they relate ({number})", "Types reliés ({number})"
    ),
    "relations.head": Wording("Head", "Tête"),
    "relations.tail": Wording("Tail", "Queue"),
    "relations.none": Wording("No relation is annotated.", "Aucune relation n’est annotée."),
    "nesting.title": Wording("Nesting and overlap", "Imbrication et chevauchement"),
    "nesting.nav": Wording("Nesting", "Imbrication"),
    "nesting.lead": Wording(
        "Which labels hold which others.", "Quels types en contiennent d’autres."
    ),
    "nesting.nested": Wording("Nested: outer ⊃ inner", "Imbriquées\u00a0: contenante ⊃ contenue"),
    "nesting.same": Wording("On the same span", "Sur le même empan"),
    "nesting.crossing": Wording("Crossing", "Croisées"),
    "nesting.none": Wording(
        "No mentions nest, share a span or cross.",
        "Aucune mention n’en contient, n’en double ni n’en croise une autre.",
    ),
    "ambiguous.title": Wording("Ambiguous forms", "Formes ambiguës"),
    "ambiguous.nav": Wording("Ambiguity", "Ambiguïté"),
    "ambiguous.lead": Wording(
        "Strings that carry several labels: metonymy, homonymy, or hesitation. Above 0.5 bit a "
        "rule in the guide is worth writing.",
        "Chaînes qui portent plusieurs types\u00a0: métonymie, homonymie ou hésitation. Au-delà "
        "de 0,5 bit, une règle du guide serait bienvenue.",
    ),
    "ambiguous.surface": Wording("Form", "Forme"),
    "ambiguous.labels": Wording("Labels", "Types"),
    "ambiguous.entropy": Wording("Entropy (bits)", "Entropie (bits)"),
    "ambiguous.none": Wording("No form carries two labels.", "Aucune forme ne porte deux types."),
    "gaps.title": Wording("Rare and missing", "Rare ou absent"),
    "gaps.nav": Wording("Gaps", "Lacunes"),
    "gaps.lead": Wording(
        "What augmentation could bring first, and what cannot be measured yet: under 20 "
        "occurrences, an F1 is known no better than within 20 points.",
        "Ce que l’augmentation pourrait apporter d’abord, et ce qui ne se mesure pas "
        "encore\u00a0: au-dessous de 20 occurrences, une F1 n’est connue qu’à 20 points près.",
    ),
    "gaps.rare_labels": Wording("Rare entity labels", "Types d’entités rares"),
    "gaps.rare_relations": Wording("Rare relation types", "Types de relations rares"),
    "gaps.unseen_labels": Wording(
        "Labels of the guide the corpus lacks", "Types d’entités du guide absents du corpus"
    ),
    "gaps.unseen_relations": Wording(
        "Relation types of the guide the corpus lacks",
        "Types de relations du guide absents du corpus",
    ),
    "gaps.unseen_signatures": Wording(
        "Pairs of ends the guide allows and the corpus lacks",
        "Couples d’extrémités permis par le guide et absents du corpus",
    ),
    "gaps.none": Wording("Nothing is rare, nothing is missing.", "Rien de rare, rien d’absent."),
    "errors.title": Wording("Probable annotation errors", "Erreurs d’annotation probables"),
    "errors.nav": Wording("To look at again", "À relire"),
    "errors.lead": Wording(
        "Suspicions for a person to judge, not verdicts: most come from a contrast between what "
        "is annotated here and left alone there.",
        "Des soupçons qu’une personne doit juger, non des verdicts\u00a0: la plupart viennent "
        "d’un contraste entre un passage annoté et un passage semblable qui ne l’est pas.",
    ),
    "errors.count": Wording("{number} places", "{number} endroits"),
    "errors.one": Wording("1 place", "1 endroit"),
    "errors.none": Wording("Nothing looks wrong.", "Rien ne paraît fautif."),
    "errors.code": Wording("Code", "Code"),
    "errors.number": Wording("Places", "Endroits"),
    "errors.example": Wording("Example", "Exemple"),
}
