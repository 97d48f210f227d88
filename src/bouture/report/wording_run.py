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
        "The last run ended before its end: {why}.",
        "La dernière exécution s’est arrêtée avant la fin\xa0: {why}.",
    ),
    "made.unread": Wording(
        "Answers that have come in and are not read yet: {unread}. Documents are treated in order: they are read when you run the command again, or with `bouture run … --replay`, which asks no model.",
        "Réponses déjà reçues mais pas encore lues\xa0: {unread}. Les documents sont traités dans l’ordre\xa0: elles seront lues si vous relancez la commande, ou avec `bouture run … --replay`, qui n’interroge aucun modèle.",
    ),
    "made.sample": Wording(
        "Of {all} documents asked for, {drawn} were drawn at random: the reasons, examples and figures on new documents below rest on them alone.",
        "Sur {all} documents demandés, {drawn} ont été tirés au sort\xa0: les motifs, les exemples et les chiffres sur les documents nouveaux qui suivent ne reposent que sur eux.",
    ),
    "tile.cost": Wording("per usable document of the model", "par document retenu issu du modèle"),
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
    "family.asking": Wording("no answer", "absence de réponse"),
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
    "pairs.example": Wording("Example shown to the model", "Exemple montré au modèle"),
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
        "coût\u00a0: {cost}, soit {each} par document retenu issu du modèle",
    ),
    "fate.accepted": Wording("accepted", "accepté"),
    "fate.repaired": Wording("repaired", "réparé"),
    "fate.review": Wording("to review", "à relire"),
    "fate.rejected": Wording("rejected", "rejeté"),
    "fate.failed": Wording("failed", "en échec"),
}
