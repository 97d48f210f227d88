"""What every page says, and the report of a run up to its documents, in English and French."""

from bouture.corpus.issue import Wording

RUN: dict[str, Wording] = {
    "page.contents": Wording("Contents", "Sommaire"),
    "page.footer": Wording(
        "Made by bouture. This page is one file: it loads nothing and sends nothing.",
        "Page produite par bouture. Elle tient en un seul fichier\u00a0: elle ne charge rien et "
        "n’envoie rien.",
    ),
    "total": Wording("Total", "Total"),
    "corpus": Wording("Corpus", "Corpus"),
    "documents": Wording("Documents", "Documents"),
    "tokens": Wording("Tokens", "Mots"),
    "mentions": Wording("Mentions", "Mentions"),
    "entities": Wording("Entities", "Entités"),
    "relations": Wording("Relations", "Relations"),
    "label": Wording("Label", "Type"),
    "relation": Wording("Relation", "Relation"),
    "strategy": Wording("Strategy", "Stratégie"),
    "source": Wording("made from", "issu de"),
    "jobs": Wording("Jobs", "Tâches"),
    "legend": Wording("Labels", "Types"),
    "few": Wording(
        "Counts below {few} are greyed: too few to conclude anything from.",
        "Les effectifs inférieurs à {few} sont grisés\u00a0: trop peu pour en conclure quoi que "
        "ce soit.",
    ),
    "status.requested": Wording("requested", "demandés"),
    "status.accepted": Wording("accepted", "acceptés"),
    "status.repaired": Wording("repaired", "réparés"),
    "status.review": Wording("to review", "à relire"),
    "status.rejected": Wording("rejected", "rejetés"),
    "status.failed": Wording("failed", "en échec"),
    "status.pending": Wording("pending", "en attente"),
    "severity.reject": Wording("rejects", "rejet"),
    "severity.review": Wording("to review", "à relire"),
    "severity.repaired": Wording("repaired", "réparé"),
    "severity.note": Wording("note", "remarque"),
    "run.kicker": Wording("bouture · augmentation report", "bouture · rapport d’augmentation"),
    "tile.gold": Wording("annotated documents", "documents annotés"),
    "tile.requests": Wording("requests", "requêtes"),
    "tile.tokens": Wording("tokens of the model", "jetons du modèle"),
    "made.stopped": Wording(
        "The last run ended before its end: {why}",
        "La dernière exécution s’est arrêtée avant la fin : {why}",
    ),
    "made.unread": Wording(
        "{unread} further answers are stored and not read yet, because documents are kept in order: going on reads "
        "them, and so does `bouture run … --replay`, which asks nothing.",
        "{unread} autres réponses sont conservées sans être lues encore, car les documents sont retenus dans "
        "l’ordre\u00a0: poursuivre les lira, de même que `bouture run … --replay`, qui ne demande rien.",
    ),
    "made.sample": Wording(
        "There are {all} documents: what follows on reasons and examples, and the figures on new documents, rest on {drawn} of them, drawn at random.",
        "Il y a {all} documents : les motifs, les exemples et les chiffres sur les nouveaux documents reposent sur {drawn} d’entre eux, tirés au sort.",
    ),
    "tile.cost": Wording("per usable document of the model", "par document du modèle retenu"),
    "corpora.title": Wording("What went in", "Le point de départ"),
    "corpora.nav": Wording("Input", "Entrées"),
    "corpora.lead": Wording(
        "The annotated corpus that everything was made from, and the new documents that were kept"
        " (accepted or repaired).",
        "Le corpus annoté dont tout est issu, et les documents nouveaux retenus (acceptés ou "
        "réparés).",
    ),
    "corpora.gold": Wording("annotated", "annoté"),
    "corpora.new": Wording("new", "nouveau"),
    "corpora.labels": Wording("Entity labels", "Types d’entités"),
    "corpora.relations": Wording("Relation labels", "Types de relations"),
    "corpora.labels_chart": Wording(
        "Share of each label among the mentions of its corpus",
        "Part de chaque type parmi les mentions de son corpus",
    ),
    "corpora.relations_chart": Wording(
        "Share of each relation label among the relations of its corpus",
        "Part de chaque type parmi les relations de son corpus",
    ),
    "share": Wording("Share", "Part"),
    "made.title": Wording("What was made", "Ce qui a été produit"),
    "made.nav": Wording("Output", "Production"),
    "made.lead": Wording(
        "Each job ends in exactly one status; the counts add up.",
        "Chaque tâche aboutit à un statut et un seul\u202f; les comptes tombent juste.",
    ),
    "made.chart": Wording(
        "Documents by strategy and status", "Documents par stratégie et par statut"
    ),
    "made.errors": Wording("Failures", "Échecs"),
    "made.error": Wording("What happened", "Ce qui s’est passé"),
    "reasons.title": Wording(
        "Why: rejected, to review, repaired", "Pourquoi\u00a0: rejets, relectures, réparations"
    ),
    "reasons.nav": Wording("Reasons", "Motifs"),
    "reasons.lead": Wording(
        "Each finding has a reason code. The examples are real ones from this run, with what the "
        "model answered and the evidence.",
        "Chaque constat porte un code. Les exemples sont tirés de cette exécution, avec la "
        "réponse du modèle et ce qui fonde le constat.",
    ),
    "reasons.for_example": Wording("For example:", "Par exemple\u00a0:"),
    "reasons.count": Wording(
        "Documents that carry this code: {documents}; rejected for it: {rejected}.",
        "Documents qui portent ce code\u00a0: {documents}\u202f; rejetés pour ce motif\u00a0: "
        "{rejected}.",
    ),
    "reasons.examples": Wording("Real examples ({number})", "Exemples réels ({number})"),
    "reasons.none": Wording(
        "Nothing was found to say about any document.", "Rien à signaler sur aucun document."
    ),
    "family.reading": Wording("reading the answer", "lecture de la réponse"),
    "family.fidelity": Wording("fidelity to the plan", "fidélité au plan"),
    "family.schema": Wording("schema and coherence", "schéma et cohérence"),
    "family.completeness": Wording("completeness of the annotation", "complétude de l’annotation"),
    "family.language": Wording("language and form", "langue et forme"),
    "family.copies": Wording("copies and contamination", "copies et contamination"),
    "family.plausibility": Wording("plausibility", "vraisemblance"),
    "family.balance": Wording("balance", "équilibre"),
    "family.declined": Wording("declined by the strategy", "signalé par la stratégie"),
    "family.asking": Wording("no answer", "pas de réponse"),
    "family.file": Wording("file", "fichier"),
    "family.guide": Wording("annotation guide", "guide d’annotation"),
    "family.other": Wording("other", "autre"),
    "pairs.title": Wording("Documents beside their source", "Les documents face à leur source"),
    "pairs.nav": Wording("Documents", "Documents"),
    "pairs.lead": Wording(
        "{number} documents, chosen so that each strategy and each status is seen; not a random "
        "sample. New words are shaded, lost words struck out in the source.",
        "{number} documents, choisis pour montrer chaque stratégie et chaque statut\u202f; ce "
        "n’est pas un tirage au hasard. Les mots nouveaux sont surlignés, les mots perdus barrés "
        "dans la source.",
    ),
    "pairs.arcs": Wording(
        "Draw relations above the text", "Tracer les relations au-dessus du texte"
    ),
    "pairs.source": Wording("Source", "Source"),
    "pairs.new": Wording("New document", "Document nouveau"),
    "pairs.answer": Wording("What the model answered", "Réponse brute du modèle"),
    "pairs.none": Wording("No document was made.", "Aucun document n’a été produit."),
    "more": Wording(
        "and {number} more, in the JSON output", "et {number} de plus, dans la sortie JSON"
    ),
    "show.new": Wording("New document: {status}", "Document nouveau\u00a0: {status}"),
    "show.rejections": Wording("Rejected for:", "Motifs de rejet\u00a0:"),
    "show.requests": Wording(
        "{requests} requests, {tokens} tokens, last run {time}",
        "{requests} requêtes, {tokens} jetons, dernière exécution\u00a0: {time}",
    ),
    "show.cost": Wording(
        "cost {cost}, {each} per usable document of the model",
        "coût\u00a0: {cost}, soit {each} par document du modèle retenu",
    ),
    "fate.accepted": Wording("accepted", "accepté"),
    "fate.repaired": Wording("repaired", "réparé"),
    "fate.review": Wording("to review", "à relire"),
    "fate.rejected": Wording("rejected", "rejeté"),
    "fate.failed": Wording("failed", "en échec"),
}
